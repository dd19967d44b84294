import type { ComparisonDocument } from '../config/comparison-schema.js'
import type { MetricName } from '../objective/metrics.js'
import { differenceOf, verdictOf, type PairedDifference, type Verdict } from './difference.js'
import { deviation, mean, ranks } from './statistics.js'
import { errorIn } from './test-error.js'
import type { TrialRow } from './types.js'

/** Mean and standard deviation over seeds; `std` is null of one. */
export interface Spread {
  readonly mean: number
  readonly std: number | null
}

/** What a method came to on a set. */
export interface MethodSummary {
  readonly method: string
  /** Trials that have a test error, and those that failed. */
  readonly trials: number
  readonly failed: number
  /** Test error: what accuracy and r2 lack of 1, the others as they are. */
  readonly error: Spread | null
  readonly parameters: Spread | null
  readonly share: number | null
  readonly searchSteps: number | null
  /** Has it the least mean error, of the methods with the fewest failures? */
  readonly best: boolean
  /** Its errors less those of `against`, seed by seed; null for that method itself. */
  readonly difference: PairedDifference | null
}

/** A set with so many rows. */
export interface SetSummary {
  readonly set: string
  readonly size: number | 'all'
  readonly metric: MetricName | null
  /** Of one seed: the rows that were learnt from, and those of the test. */
  readonly learnt: number | null
  readonly tested: number | null
  readonly methods: readonly MethodSummary[]
}

/** A method over all sets. */
export interface OverallSummary {
  readonly method: string
  /** Mean of its ranks by mean error, 1 the best; without a result it has the last. */
  readonly rank: number
  readonly failed: number
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

/** The content of `summary.json`. It contains no times. */
export interface ComparisonSummary {
  readonly format: 'sentei-comparison/1'
  /** As named before the run, and what came of it; null where nothing was. */
  readonly preregistered:
    | (NonNullable<ComparisonDocument['preregistered']> & {
        readonly verdicts: readonly ({ readonly set: string; readonly size: number | 'all' } & Verdict)[]
      })
    | null
  /** The method that the others are held against. */
  readonly against: string
  readonly sets: readonly SetSummary[]
  readonly overall: readonly OverallSummary[]
  readonly failures: readonly TrialRow[]
}

/** What the rows of a comparison come to. */
export function summarise(document: ComparisonDocument, rows: readonly TrialRow[]): ComparisonSummary {
  const { preregistered } = document
  const methods = Object.keys(document.methods)
  const against = preregistered?.against ?? methods[0]!
  const groups = Object.keys(document.sets).flatMap((set) =>
    document.sizes.map((size) => ({
      set,
      size,
      rows: rows.filter((row) => row.set === set && row.size === size),
    })),
  )
  const sets = groups.map(({ set, size, rows: own }) => ({
    ...{ set, size, metric: own.find(({ figures }) => figures)?.figures?.metric ?? null },
    learnt: own.find(({ rows }) => rows)?.rows?.learnt ?? null,
    tested: own.find(({ rows }) => rows)?.rows?.tested ?? null,
    methods: methodsOf(methods, against, own),
  }))
  return {
    format: 'sentei-comparison/1',
    preregistered: preregistered
      ? {
          ...preregistered,
          verdicts: groups.map(({ set, size, rows: own }) => ({
            ...{ set, size },
            ...verdictOf(of(own, preregistered.method), of(own, preregistered.against), preregistered.margin),
          })),
        }
      : null,
    ...{ against, sets, overall: overallOf(methods, sets) },
    failures: rows.filter(({ failed }) => failed !== null),
  }
}

const of = (rows: readonly TrialRow[], method: string): TrialRow[] =>
  rows.filter((row) => row.method === method)

function methodsOf(
  methods: readonly string[],
  against: string,
  rows: readonly TrialRow[],
): readonly MethodSummary[] {
  const each = methods.map((method) => {
    const own = of(rows, method)
    const figures = own.flatMap((row) => row.figures ?? [])
    const errors = own.flatMap((row) => errorIn(row) ?? [])
    return {
      method,
      trials: errors.length,
      failed: own.filter(({ failed }) => failed !== null).length,
      error: spreadOf(errors),
      parameters: spreadOf(figures.map(({ parameters }) => parameters)),
      share: meanOf(figures.map(({ share }) => share)),
      searchSteps: meanOf(figures.map(({ searchSteps }) => searchSteps)),
      difference: method === against ? null : differenceOf(own, of(rows, against)),
    }
  })
  const fewest = Math.min(...each.flatMap(({ error, failed }) => (error ? failed : [])))
  const least = Math.min(
    ...each.flatMap(({ error, failed }) => (error && failed === fewest ? error.mean : [])),
  )
  return each.map(({ difference, ...rest }) => ({
    ...rest,
    best: rest.failed === fewest && rest.error?.mean === least,
    difference,
  }))
}

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values))

const spreadOf = (values: readonly number[]): Spread | null =>
  values.length === 0 ? null : { mean: mean(values), std: values.length === 1 ? null : deviation(values) }

function overallOf(methods: readonly string[], sets: readonly SetSummary[]): OverallSummary[] {
  const places = sets.map((set) => ranks(set.methods.map(({ error }) => error?.mean ?? Infinity)))
  return methods.map((method, i) => {
    const count = (key: 'wins' | 'ties' | 'losses') =>
      sets.reduce((sum, set) => sum + (set.methods[i]!.difference?.[key] ?? 0), 0)
    return {
      method,
      rank: mean(places.map((each) => each[i]!)),
      failed: sets.reduce((sum, set) => sum + set.methods[i]!.failed, 0),
      ...{ wins: count('wins'), ties: count('ties'), losses: count('losses') },
    }
  })
}
