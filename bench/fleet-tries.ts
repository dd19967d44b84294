/**
 * One trial of a planner that tries whole searches: in one process, and behind a queue with one worker and
 * with two. Says whether the results are the same.
 *
 *     npm run build && node dist/bench/fleet-tries.js redis://127.0.0.1:6379 [STEPS]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textTable } from '../src/cli/table.js'
import { fleetIn } from './fleet-commands.js'

const [url = 'redis://127.0.0.1:6379', steps = '2000'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'sentei-bench-'))
const { workers, compared, end } = fleetIn(folder, url)
const results = (name: string) => readFileSync(join(folder, name, 'results.csv'), 'utf8')

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
    methods: { planned: 'planned-genetic' },
    rivals: 'none',
    seeds: [1],
  }),
)

const times: string[][] = [['', 's', 'results.csv']]
try {
  times.push(['one process', (await compared(document, 'here', '--workers', '1')).toFixed(1), ''])
  for (const count of [1, 2]) {
    const fleet = await workers(count)
    const name = `queue-${count}`
    const took = await compared(document, name, '--queue', url)
    const same = results(name) === results('here') ? 'the same' : 'another'
    times.push([`${count} worker${count > 1 ? 's' : ''}`, took.toFixed(1), same])
    await end(fleet)
  }
  console.log(`one trial of ${steps} steps\n${textTable(times)}`)
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
