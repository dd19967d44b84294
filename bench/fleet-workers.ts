/**
 * Workers on one machine against processes of the comparison itself, and what a worker costs Redis that
 * waits, and one that computes.
 *
 *     npm run build && node dist/bench/fleet-workers.js redis://127.0.0.1:6379 [SEEDS] [STEPS]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { textTable } from '../src/cli/table.js'
import { connect } from '../src/fleet/connection.js'
import { redisAddress } from '../src/fleet/redis-address.js'
import { fleetIn } from './fleet-commands.js'
import { loadEach, redisLoad } from './redis-info.js'

const [url = 'redis://127.0.0.1:6379', seeds = '12', steps = '3000'] = process.argv.slice(2)
/** Seconds for which a worker that waits is watched: some of its rounds. */
const watched = 20
const folder = mkdtempSync(join(tmpdir(), 'sentei-bench-'))
const { workers, compared, end } = fleetIn(folder, url)
const { redis, close } = await connect(redisAddress(url, { path: 'bench' }), console.error)

const document = join(folder, 'comparison.json')
writeFileSync(
  document,
  JSON.stringify({
    sets: { concrete: { data: { source: 'concrete' } } },
    base: {
      supernet: { space: 'mlp-cell' },
      search: { steps: Number(steps), batch: 32 },
      retrain: { steps: 10, batch: 32 },
    },
    sizes: [200],
    methods: { none: 'none' },
    rivals: 'none',
    seeds: Array.from({ length: Number(seeds) }, (_, i) => i + 1),
  }),
)

const costs: string[][] = [['', 'commands/s', 'kB/s', 'ms of Redis’s CPU/s']]
const times: string[][] = [['at a time', 'processes, s', 'workers, s']]
const cost = async (name: string, count: number, seconds: () => Promise<number>) => {
  const before = await redisLoad(redis)
  const took = await seconds()
  const { commands, kilobytes, cpuMs } = loadEach(before, await redisLoad(redis), took * count)
  costs.push([name, commands.toFixed(2), kilobytes.toFixed(2), cpuMs.toFixed(2)])
  return took
}

try {
  const watch = async () => (await wait(1000 * watched), watched)
  await cost('no worker', 1, watch)
  for (const count of [1, 2]) {
    const here = await compared(document, `here-${count}`, '--workers', String(count))
    const fleet = await workers(count)
    if (count === 1) await cost('one that waits', 1, watch)
    const through = () => compared(document, `queue-${count}`, '--queue', url)
    const there =
      count === 1 ? await cost('one that computes, with the comparison', 1, through) : await through()
    times.push([String(count), here.toFixed(1), there.toFixed(1)])
    await end(fleet)
  }
  console.log(`${seeds} trials of ${steps} steps\n${textTable(times)}\n\n${textTable(costs)}`)
} finally {
  close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
