/**
 * What schedules leave of a supernet and what that costs: each method over sets and seeds, against the retrained unpruned
 * supernet of the same seed and splits.
 *
 *     npm run build && node dist/bench/tables.js --out RESULTS.jsonl [--data FOLDER] [--sets a,b] [--seeds 5] [--first 1]
 *         [--methods auto,fixed-l1] [--space NAME] [--set JSON] [--python python3]
 *
 * A method is a schedule, or `scikit-learn`: its MLP and its boosting, by a python that has it. Each trial adds a line to
 * RESULTS.jsonl, and one that stands there is not run again; the table is of all lines there.
 */
import { appendFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { resolveConfig, runTrial, setupTrial, useBackend, type TrialResult } from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import { errorOf } from '../src/objective/metrics.js'
import { benchSets } from './data-sets.js'
import { rowsIn, valueOf } from './command-line.js'
import { sklearnErrors } from './sklearn.js'

const sets = benchSets(resolve(valueOf('--data') ?? join('..', 'shared', 'datasets')))
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => i + first)
const methods = (valueOf('--methods') ?? 'auto,fixed-l1').split(',')
const chosen = (valueOf('--sets') ?? 'concrete').split(',')
const more = JSON.parse(valueOf('--set') ?? '{}') as Record<'retrain' | 'supernet', object | undefined>
const python = valueOf('--python') ?? 'python3'
const out = valueOf('--out') ?? 'tables.jsonl'

interface Row {
  readonly set: string
  readonly seed: number
  readonly method: string
  /** Test errors, 1 − accuracy or RMSE, and the share of the parameters. */
  readonly error: number
  readonly unpruned: number
  readonly validation: number
  readonly unprunedValidation: number
  readonly share: number
  readonly seconds: number
  readonly attempts: readonly unknown[]
  readonly jumps: number
}

const known = (): Row[] => rowsIn<Row>(out)

const configOf = (set: string, seed: number, schedule: string) => {
  const { space, data, split } = sets[set]!
  return resolveConfig({
    ...more,
    seed,
    data: data(),
    split,
    supernet: { space: valueOf('--space') ?? space, ...more.supernet },
    schedule,
    retrain: { ...more.retrain, baseline: true },
  })
}

/** The unpruned supernet of the set and seed at hand: methods are held against one and the same. */
let unpruned:
  { readonly of: string; readonly baseline: TrialResult['baseline']; readonly seconds: number } | undefined

async function run(set: string, seed: number, method: string): Promise<Row> {
  const of = `${set} ${seed}`
  const trial = await setupTrial(configOf(set, seed, method), '.')
  const last = unpruned?.of === of ? unpruned : undefined
  const { baseline } = last ?? {}
  const result = await runTrial(trial, { emit: () => undefined, baseline })
  const { metrics, seconds } = result
  const baselineSeconds = last?.seconds ?? seconds.baseline ?? 0
  unpruned = { of, baseline: result.baseline, seconds: baselineSeconds }
  const error = (value: number | null | undefined) => (value == null ? NaN : errorOf(metrics.metric, value))
  return {
    set,
    seed,
    method,
    error: error(metrics.test.final),
    unpruned: error(metrics.baseline!.test),
    validation: error(metrics.validation.final),
    unprunedValidation: error(metrics.baseline!.validation),
    share: metrics.derived.parameters / metrics.supernet.parameters,
    // As if each had trained it.
    seconds: seconds.search + baselineSeconds + seconds.retrain,
    attempts: (metrics.tolerated?.attempts ?? []).map(({ size, cost, worse, allowed }) => [
      size,
      cost,
      ...[worse, allowed].map((value) => (value === null ? null : Number(value.toFixed(4)))),
    ]),
    jumps: metrics.gap.jumps,
  }
}

/** What scikit-learn reaches on the same rows. */
async function peers(set: string, seed: number): Promise<Row[]> {
  const { data } = await setupTrial(configOf(set, seed, 'none'), '.')
  const start = performance.now()
  const errors = sklearnErrors(data, seed, python)
  const seconds = (performance.now() - start) / 1000
  const unpruned = known().find((row) => row.set === set && row.seed === seed)?.unpruned ?? NaN
  const nothing = { validation: NaN, unprunedValidation: NaN, share: NaN, attempts: [], jumps: NaN }
  return Object.entries(errors).map(([name, error]) => ({
    set,
    seed,
    method: `scikit-learn ${name}`,
    error,
    unpruned,
    seconds,
    ...nothing,
  }))
}

await useBackend('wasm')
for (const seed of seeds)
  for (const set of chosen)
    for (const method of methods) {
      const own = (row: Row) => row.set === set && row.seed === seed && row.method.startsWith(method)
      if (known().some(own)) continue
      const rows = method === 'scikit-learn' ? await peers(set, seed) : [await run(set, seed, method)]
      for (const row of rows) {
        appendFileSync(out, `${JSON.stringify(row)}\n`)
        console.error(JSON.stringify(row))
      }
    }

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
/** The mean and its 95 % interval by Student's t, for few values. */
const interval = (values: readonly number[]): string => {
  const m = mean(values)
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1))
  const t = [NaN, 12.7, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26][values.length - 1] ?? 2.2
  const half = (t * spread) / Math.sqrt(values.length)
  return `${m.toFixed(3)} [${(m - half).toFixed(3)}, ${(m + half).toFixed(3)}]`
}
for (const method of methods.flatMap((name) =>
  name === 'scikit-learn' ? ['scikit-learn mlp', 'scikit-learn boosting'] : name,
)) {
  const lines = chosen.flatMap((set) => {
    const own = known().filter((row) => row.set === set && row.method === method)
    if (own.length === 0) return []
    const ratios = own.map(({ error, unpruned }) =>
      unpruned > 0 ? error / unpruned : error > 0 ? Infinity : 1,
    )
    return [{ set, own, ratios }]
  })
  console.log(
    textTable([
      [method, 'seeds', 'unpruned', 'ratio of test errors', 'parameters', 'seconds'],
      ...lines.map(({ set, own, ratios }) => [
        set,
        String(own.length),
        mean(own.map(({ unpruned }) => unpruned)).toPrecision(3),
        interval(ratios),
        own.map(({ share }) => `${Math.round(100 * share)}`).join(' ') + ' %',
        mean(own.map(({ seconds }) => seconds)).toFixed(0),
      ]),
      [
        'all',
        '',
        '',
        mean(lines.map(({ ratios }) => mean(ratios))).toFixed(3),
        `median ${Math.round(100 * median(lines.map(({ own }) => mean(own.map(({ share }) => share)))))} %`,
        '',
      ],
    ]),
  )
}
