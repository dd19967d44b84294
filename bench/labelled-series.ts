/**
 * Small labelled series: `temporal-conv` with untouched defaults, unpruned and derived, against 1-NN and MiniRocket with a
 * ridge head, the peer's and the rival of comparisons. All read the same files, so that they see the same splits; the peers learn from the validation rows, too.
 *
 *     npm run build && node dist/bench/labelled-series.js [SET …] [--seeds 3] [--first 1] [--schedules auto,none] [--data FOLDER]
 *         [--python python3] [--rockets]
 *
 * With `--rockets` only the peers and the rival run, without any search. Sets are those of bench/labelled-sets.ts; by default all that are made. FOLDER holds `ett/` and `hydraulic/`. The
 * peers' python needs numpy, scikit-learn and aeon.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig, runTrial, setupTrial, useBackend, type TrialResult } from '../src/index.js'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import { minirocket } from '../src/compare/rivals/minirocket.js'
import { labelledSet, madeSets } from './labelled-sets.js'
import type { Example, LabelledSet } from './labelled-types.js'
import { format } from './summary.js'

const words = process.argv.slice(2)
const rocketsAt = words.indexOf('--rockets')
if (rocketsAt >= 0) words.splice(rocketsAt, 1)
const flag = (name: string, otherwise: string) => {
  const at = words.indexOf(name)
  return at < 0 ? otherwise : words.splice(at, 2)[1]!
}
const count = Number(flag('--seeds', '3'))
const first = Number(flag('--first', '1'))
const schedules = rocketsAt >= 0 ? [] : flag('--schedules', 'auto').split(',')
const data = flag('--data', '.')
const python = flag('--python', 'python3')
const names = words.length > 0 ? words : madeSets
const seeds = Array.from({ length: count }, (_, i) => first + i)

/** Columns that only a search fills. */
const ifSearched = (...cells: string[]) => (schedules.length > 0 ? cells : [])

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

/** A set of a seed, to be searched under a schedule. */
const trialOf = ({ train, test, task, steps, channels }: Job, seed: number, schedule: string) =>
  setupTrial(
    resolveConfig({
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
    }),
    '.',
  )

/** A trial whose rows of validation are learnt from, as the peers do, which choose λ by leave-one-out. */
async function rivalTrial(job: Job, seed: number) {
  const trial = await trialOf(job, seed, 'none')
  const { train, validation } = trial.data.splits
  const all = Uint32Array.from([...train, ...validation])
  const splits = { ...trial.data.splits, train: all, validation: new Uint32Array(0) }
  return { ...trial, data: { ...trial.data, splits } }
}

const noOptions = { setUp: () => Promise.reject(new Error('one trial only')) }

/** A set of a seed under each schedule, held against one unpruned supernet, and the rival on the same rows. */
async function sentei(job: Job, seed: number) {
  let baseline: TrialResult['baseline']
  const found: { derived: number; share: number; seconds: number }[] = []
  let parameters = NaN
  for (const schedule of schedules) {
    const trial = await trialOf(job, seed, schedule)
    const result = await runTrial(trial, { emit: () => undefined, baseline })
    const { metrics, seconds } = result
    baseline = result.baseline
    parameters = metrics.supernet.parameters
    found.push({
      derived: metrics.test.final!,
      share: metrics.derived.parameters / parameters,
      seconds: seconds.search + seconds.retrain + (seconds.baseline ?? 0),
    })
  }
  const rival = await minirocket.run(await rivalTrial(job, seed), { emit: () => undefined }, noOptions)
  return { unpruned: baseline?.figures.test ?? NaN, found, parameters, rival: rival.figures.test! }
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
      ...ifSearched(column((r) => r.unpruned)),
      ...schedules.flatMap((_, i) => [
        column((r) => r.found[i]!.derived),
        column((r) => 100 * r.found[i]!.share, 0),
      ]),
      ...ifSearched(column((r) => r.parameters, 0)),
      column((r) => r.nearest),
      column((r) => r.rocket),
      column((r) => r.rival),
      ...ifSearched(
        column((r) => r.unpruned - r.rocket),
        column((r) => r.found.reduce((sum, { seconds }) => sum + seconds, 0), 0),
      ),
    ])
  }
  console.log(`seeds ${seeds.join(', ')}; accuracy, RMSE of pitch and decay; mean ± standard deviation`)
  console.log(
    textTable([
      [
        'set',
        'rows',
        ...ifSearched('unpruned'),
        ...schedules.flatMap((schedule) => [schedule, 'left %']),
        ...ifSearched('parameters'),
        '1-NN',
        'MiniRocket',
        'rival',
        ...ifSearched('unpruned − MiniRocket', 'seconds'),
      ],
      ...rows,
    ]),
  )
} finally {
  rmSync(folder, { recursive: true })
}
