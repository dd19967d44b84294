/**
 * Workers on one machine against processes of the comparison itself, and what a worker costs Redis that waits,
 * and one that computes.
 *
 *     npm run build && node dist/bench/fleet-workers.js redis://127.0.0.1:6379 [SEEDS] [STEPS]
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import { connect } from '../src/fleet/connection.js'
import { redisAddress } from '../src/fleet/redis-address.js'
import { loadEach, redisLoad } from './redis-info.js'

const [url = 'redis://127.0.0.1:6379', seeds = '12', steps = '3000'] = process.argv.slice(2)
/** Seconds for which a worker that waits is watched: some of its rounds. */
const watched = 20
const folder = mkdtempSync(join(tmpdir(), 'sentei-bench-'))
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

function sentei(...args: string[]): ChildProcess {
  const program = packagePath('dist/src/cli/main.js')
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Starts workers, and waits until they wait for trials. */
async function workers(count: number): Promise<ChildProcess[]> {
  const children = Array.from({ length: count }, (_, i) =>
    sentei(
      'worker',
      '--redis',
      url,
      '--shared',
      join(folder, 'shared'),
      '--cache',
      join(folder, `cache-${i}`),
    ),
  )
  for (const { stderr } of children)
    for (let told = ''; !told.includes('waiting for trials');)
      told += String((await once(stderr!, 'data'))[0])
  return children
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  const ends = children.map((child) => once(child, 'exit'))
  for (const child of children) child.kill('SIGTERM')
  await Promise.all(ends)
}

/** Seconds of a comparison. Its folder is new each time. */
async function compared(name: string, ...args: string[]): Promise<number> {
  const start = performance.now()
  const run = sentei('compare', document, '--out', join(folder, name), ...args)
  let told = ''
  run.stderr!.on('data', (bytes) => (told += String(bytes)))
  const [code] = (await once(run, 'exit')) as [number]
  if (code !== 0) throw new Error(told)
  return (performance.now() - start) / 1000
}

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
    const here = await compared(`here-${count}`, '--workers', String(count))
    const fleet = await workers(count)
    if (count === 1) await cost('one that waits', 1, watch)
    const through = () => compared(`queue-${count}`, '--queue', url)
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
