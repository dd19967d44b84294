/**
 * Small labelled series: `temporal-conv` with untouched defaults, unpruned and derived, against 1-NN and MiniRocket with a
 * ridge head. All read the same files, so that they see the same splits; the peers learn from the validation rows, too.
 *
 *     npm run build && node dist/bench/labelled-series.js [SET …] [--seeds 3] [--first 1] [--schedules auto,none] [--data FOLDER]
 *         [--python python3]
 *
 * Sets are those of bench/labelled-sets.ts; by default all that are made. FOLDER holds `ett/` and `hydraulic/`. The
 * peers' python needs numpy, scikit-learn and aeon.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig, runTrial, setupTrial, useBackend, type TrialResult } from '../src/index.js'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import { labelledSet, madeSets } from './labelled-sets.js'
import type { Example, LabelledSet } from './labelled-types.js'
import { format } from './summary.js'

const words = process.argv.slice(2)
const flag = (name: string, otherwise: string) => {
  const at = words.indexOf(name)
  return at < 0 ? otherwise : words.splice(at, 2)[1]!
}
const count = Number(flag('--seeds', '3'))
const first = Number(flag('--first', '1'))
const schedules = flag('--schedules', 'auto').split(',')
const data = flag('--data', '.')
const python = flag('--python', 'python3')
const names = words.length > 0 ? words : madeSets
const seeds = Array.from({ length: count }, (_, i) => first + i)

const folder = mkdtempSync(join(tmpdir(), 'labelled-series-'))
const csv = (rows: readonly Example[]): string =>
  rows.map(({ values, target }) => [...values, target].join()).join('\n') + '\n'

/** A set of a seed in files. */
function written(
  name: string,
  seed: number,
): Omit<LabelledSet, 'train' | 'test'> & Record<'train' | 'test', string> & { rows: number } {
  const { train, test, ...about } = labelledSet(name, seed, data)
  const file = (part: string) => join(folder, `${name}-${seed}-${part}.csv`)
  writeFileSync(file('train'), csv(train))
  writeFileSync(file('test'), csv(test))
  return { ...about, train: file('train'), test: file('test'), rows: train.length }
}

type Job = ReturnType<typeof written>

/** A set of a seed under each schedule, held against one unpruned supernet. */
async function sentei({ train, test, task, steps, channels }: Job, seed: number) {
  let baseline: TrialResult['baseline']
  const found: { derived: number; share: number; seconds: number }[] = []
  let parameters = NaN
  for (const schedule of schedules) {
    const config = resolveConfig({
      seed,
      data: {
        file: train,
        header: false,
        target: steps * channels,
        task,
        sequence: { steps, channels },
        test: { file: test },
      },
      supernet: { space: 'temporal-conv' },
      schedule,
      retrain: { baseline: true },
    })
    const trial = await setupTrial(config, '.')
    const result = await runTrial(trial, { emit: () => undefined, ...(baseline && { baseline }) })
    const { metrics, seconds } = result
    baseline = result.baseline
    parameters = metrics.supernet.parameters
    found.push({
      derived: metrics.test.final!,
      share: metrics.derived.parameters / parameters,
      seconds: seconds.search + seconds.retrain + (seconds.baseline ?? 0),
    })
  }
  return { unpruned: baseline!.figures.test!, found, parameters }
}

try {
  await useBackend('wasm')
  const jobs = names.map((name) => seeds.map((seed) => written(name, seed)))
  const input = jobs
    .flat()
    .map((job) => JSON.stringify(job))
    .join('\n')
  const peers = execFileSync(python, [packagePath('bench', 'peers', 'minirocket.py')], {
    input,
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { nearest: number; rocket: number })
  const rows: string[][] = []
  for (const [i, name] of names.entries()) {
    const results: (Awaited<ReturnType<typeof sentei>> & (typeof peers)[number])[] = []
    for (const [j, seed] of seeds.entries()) {
      const result = { ...(await sentei(jobs[i]![j]!, seed)), ...peers[i * seeds.length + j]! }
      console.error(JSON.stringify({ name, seed, ...result }))
      results.push(result)
    }
    const column = (of: (result: (typeof results)[number]) => number, digits = 3) =>
      format(results.map(of), digits)
    rows.push([
      name,
      String(jobs[i]![0]!.rows),
      column((r) => r.unpruned),
      ...schedules.flatMap((_, i) => [
        column((r) => r.found[i]!.derived),
        column((r) => 100 * r.found[i]!.share, 0),
      ]),
      column((r) => r.parameters, 0),
      column((r) => r.nearest),
      column((r) => r.rocket),
      column((r) => r.unpruned - r.rocket),
      column((r) => r.found.reduce((sum, { seconds }) => sum + seconds, 0), 0),
    ])
  }
  console.log(`seeds ${seeds.join(', ')}; accuracy, RMSE of pitch and decay; mean ± standard deviation`)
  console.log(
    textTable([
      [
        'set',
        'rows',
        'unpruned',
        ...schedules.flatMap((schedule) => [schedule, 'left %']),
        'parameters',
        '1-NN',
        'MiniRocket',
        'unpruned − MiniRocket',
        'seconds',
      ],
      ...rows,
    ]),
  )
} finally {
  rmSync(folder, { recursive: true })
}
