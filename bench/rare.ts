/**
 * Rare classes: what a one-line search comes to on tables of which 1 to 10 % are of the class that counts, beside
 * scikit-learn's histogram gradient boosting and balanced logistic regression on the same rows. Average
 * precision, and F1 at the threshold that validation chose.
 *
 *     npm run build && node dist/bench/rare.js --out RESULTS.jsonl [--data FOLDER] [--sets a,b] [--seeds 5] [--first 1]
 *         [--variants JSON] [--python python3]
 *
 * `--variants` are configurations by name that are laid over the draft, by default one with nothing. Each trial
 * adds a line to RESULTS.jsonl, and one that stands there is not run again; the table is of all lines there.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { packagePath } from '../src/base/files.js'
import { textTable } from '../src/cli/table.js'
import { laidOver } from '../src/compare/layers.js'
import { mean } from '../src/compare/statistics.js'
import { draftConfig } from '../src/draft/draft-config.js'
import { resolveConfig, runTrial, setupTrial, useBackend } from '../src/index.js'
import type { Trial } from '../src/trial/types.js'
import { rowsIn, valueOf } from './command-line.js'
import { writtenJob } from './peers/jobs.js'
import { rareSets, reportedSets } from './rare-sets.js'

type Part = Record<string, unknown>

const data = resolve(valueOf('--data') ?? join('..', 'shared', 'datasets'))
const sets = valueOf('--sets')?.split(',') ?? reportedSets
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => i + first)
const variants = JSON.parse(valueOf('--variants') ?? '{"sentei":{}}') as Record<string, Part>
const python = valueOf('--python') ?? 'python3'
const out = valueOf('--out') ?? 'rare.jsonl'
const peerNames = ['boosting', 'logistic regression']

interface Row {
  readonly set: string
  readonly seed: number
  readonly method: string
  /** Of the rare class on the test rows. */
  readonly precision: number
  readonly f1: number
  /** Average precision of the unpruned network and of the trees of the run itself. */
  readonly unpruned?: number
  readonly trees?: number
  readonly share?: number
  readonly seconds?: number
  /** The rows of the rare class in all, and the rows. */
  readonly rare?: readonly [number, number]
}

const folder = mkdtempSync(join(tmpdir(), 'sentei-rare-'))

/** The configuration that one line drafts for a set, with a variant laid over it. */
async function configOf(set: string, seed: number, variant: Part) {
  const { csv, group } = rareSets[set]!
  const file = join(folder, `${set}.csv`)
  writeFileSync(file, csv(data))
  const draft = await draftConfig(file, {
    target: 'rare',
    seed,
    ...(group && { drop: [group] }),
  })
  return resolveConfig(
    laidOver([
      { place: [], value: parse(draft.text()) as Part },
      { place: [], value: group ? { split: { by: 'group', column: group } } : {} },
      { place: [], value: variant },
    ]),
  )
}

async function run(set: string, seed: number, method: string): Promise<Row> {
  const trial = await setupTrial(await configOf(set, seed, variants[method]!), '.')
  const start = performance.now()
  const { metrics } = await runTrial(trial, { emit: () => undefined })
  const { 'average-precision': precision, f1 } = metrics.test.metrics ?? {}
  const { targets } = trial.data.dataset
  return {
    set,
    seed,
    method,
    precision: precision ?? NaN,
    f1: f1 ?? NaN,
    unpruned: metrics.baseline?.test ?? NaN,
    trees: metrics.rivals?.find(({ name }) => name === 'trees')?.test ?? NaN,
    share: metrics.derived.parameters / metrics.supernet.parameters,
    seconds: (performance.now() - start) / 1000,
    rare: [[...targets].filter((c) => c === positiveOf(trial)).length, targets.length],
  }
}

function positiveOf({ data: { dataset } }: Trial): number {
  return dataset.task.kind === 'classification' ? dataset.task.classes.indexOf('yes') : -1
}

async function peers(set: string, seed: number): Promise<Row[]> {
  const trial = await setupTrial(await configOf(set, seed, {}), '.')
  const job = JSON.parse(writtenJob(trial, { folder, name: 'rows', peers: undefined, flops: null })) as object
  const { status, stdout, error } = spawnSync(python, [packagePath('bench/peers/sklearn_rare.py')], {
    input: `${JSON.stringify({ ...job, positive: positiveOf(trial) })}\n`,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (error ?? status !== 0) throw error ?? new Error(`${python} ended with ${status}`)
  const found = JSON.parse(stdout) as Record<string, { 'average precision': number; f1: number }>
  return Object.entries(found).map(([method, { 'average precision': precision, f1 }]) => ({
    set,
    seed,
    method,
    precision,
    f1,
  }))
}

await useBackend('wasm')
const known = () => rowsIn<Row>(out)
try {
  for (const seed of seeds)
    for (const set of sets) {
      const isKnown = (method: string) =>
        known().some((row) => row.set === set && row.seed === seed && row.method === method)
      const add = (row: Row) => {
        appendFileSync(out, `${JSON.stringify(row)}\n`)
        console.error(JSON.stringify(row))
      }
      if (!isKnown('boosting')) for (const row of await peers(set, seed)) add(row)
      for (const method of Object.keys(variants)) if (!isKnown(method)) add(await run(set, seed, method))
    }
} finally {
  rmSync(folder, { recursive: true })
}

const methods = [...Object.keys(variants), ...peerNames]
const of = (set: string, method: string) =>
  known().filter((row) => row.set === set && row.method === method && seeds.includes(row.seed))
for (const figure of ['precision', 'f1'] as const) {
  console.log(
    textTable([
      [figure === 'f1' ? 'F1' : 'average precision', 'rare', 'of rows', ...methods, 'to the better peer'],
      ...sets.map((set) => {
        const means = methods.map((method) => mean(of(set, method).map((row) => row[figure])))
        const [rare, rows] = of(set, methods[0]!)[0]?.rare ?? []
        const best = Math.max(...means.slice(-peerNames.length))
        return [
          ...[set, `${rare}`, `${rows}`],
          ...means.map((value) => value.toFixed(3)),
          (means[0]! / best).toFixed(3),
        ]
      }),
    ]),
  )
}
