import { ablated, type ComparisonDocument } from '../config/comparison-schema.js'
import type { MetricName } from '../objective/metrics.js'
import { criticalDifference, type CriticalDifference } from './critical-difference.js'
import { methodsOn } from './planned.js'
import { differenceOf, marginVerdict, type PairedDifference, type MarginVerdict } from './difference.js'
import { meanAgreement } from './kept.js'
import { paretoFront } from './pareto.js'
import { deviation, mean, ranks } from './statistics.js'
import { errorIn } from './test-error.js'
import type { TrialRow } from './types.js'

/** Mean and standard deviation over seeds; `std` is null for a single seed. */
export interface Spread {
  readonly mean: number
  readonly std: number | null
}

/** The results of a method on one set. */
export interface MethodSummary {
  readonly method: string
  /** The number of trials that have a test error, and of those that failed. */
  readonly trials: number
  readonly failed: number
  /** The test error: 1 − metric where more is better, the metric itself otherwise. */
  readonly error: Spread | null
  readonly parameters: Spread | null
  readonly share: number | null
  readonly searchSteps: number | null
  readonly flops: Spread | null
  /** How stable the method is, beside the deviation of its error over seeds. */
  readonly stability: MethodStability
  /** Whether it has the smallest mean error of the methods with the fewest failures. */
  readonly best: boolean
  /** Its errors minus those of `against`, paired by seed; null for that method itself. */
  readonly difference: PairedDifference | null
}

/** Means over the trials of a method; null if none tells it. */
export interface MethodStability {
  /** The standard deviation of a trial's test metric over bootstrap resamples of its test rows. */
  readonly bootstrap: number | null
  /** The standard deviation of the losses in the last tenth of a trial's training. */
  readonly losses: number | null
  /** How alike the architectures of two seeds are: the Jaccard index of what they kept, from 0 to 1. */
  readonly agreement: number | null
}

/** The results on one set with one limit of rows. */
export interface SetSummary {
  readonly set: string
  readonly size: number | 'all'
  readonly metric: MetricName | null
  /** Rows that were learnt from and rows that were tested, for one seed. */
  readonly learnt: number | null
  readonly tested: number | null
  readonly methods: readonly MethodSummary[]
  /** The methods to which none is at least equal in mean error and in cost, and better in one; by cost. */
  readonly pareto: Readonly<Record<'parameters' | 'flops', readonly string[]>>
}

/** The results of a method over all sets. */
export interface OverallSummary {
  readonly method: string
  /**
   * The mean of its ranks by mean error among the methods that run on every set, 1 being the best; on a set
   * without a result, it shares the last ranks. Null for a method that does not run on every set.
   */
  readonly rank: number | null
  readonly failed: number
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

/** The content of `summary.json`. It contains no times. */
export interface ComparisonSummary {
  readonly format: 'sentei-comparison/1'
  /** The preregistered margin with its verdicts; null if nothing was preregistered. */
  readonly preregistered:
    | (NonNullable<ComparisonDocument['preregistered']> & {
        readonly verdicts: readonly ({
          readonly set: string
          readonly size: number | 'all'
        } & MarginVerdict)[]
      })
    | null
  /** The method with which the others are compared. */
  readonly against: string
  readonly sets: readonly SetSummary[]
  readonly overall: readonly OverallSummary[]
  /** All methods over all sets; null with fewer than two of either. */
  readonly critical: CriticalDifference | null
  /** What the schedule of `ablate` is without its parts; null if the document asks for none. */
  readonly ablation: AblationSummary | null
  readonly failures: readonly TrialRow[]
}

/** A method and its ablations on each set; differences are to the method itself. */
export interface AblationSummary {
  readonly method: string
  readonly sets: readonly (Pick<SetSummary, 'set' | 'size'> & {
    readonly methods: readonly MethodSummary[]
  })[]
}

/** Summarises the rows of a comparison. */
export function summarise(document: ComparisonDocument, rows: readonly TrialRow[]): ComparisonSummary {
  const { preregistered } = document
  const against = preregistered?.against ?? Object.keys(document.methods)[0]!
  const groups = Object.keys(document.sets).flatMap((set) =>
    document.sizes.map((size) => ({
      set,
      size,
      rows: rows.filter((row) => row.set === set && row.size === size),
    })),
  )
  const sets = groups.map(({ set, size, rows: setRows }) => ({
    set,
    size,
    metric: setRows.find(({ figures }) => figures)?.figures?.metric ?? null,
    learnt: setRows.find(({ rows }) => rows)?.rows?.learnt ?? null,
    tested: setRows.find(({ rows }) => rows)?.rows?.tested ?? null,
    ...withPareto(methodsOf(methodsOn(document, set), against, setRows)),
  }))
  const overall = overallOf(Object.keys(document.methods), sets)
  return {
    format: 'sentei-comparison/1',
    preregistered: preregistered
      ? {
          ...preregistered,
          verdicts: groups.map(({ set, size, rows: setRows }) => ({
            set,
            size,
            ...marginVerdict(
              of(setRows, preregistered.method),
              of(setRows, preregistered.against),
              preregistered.margin,
            ),
          })),
        }
      : null,
    against,
    sets,
    overall,
    critical: criticalDifference(
      overall.flatMap(({ method, rank }) =>
        rank === null
          ? []
          : [{ method, rank, errors: sets.map((set) => resultOf(set, method)?.error?.mean ?? null) }],
      ),
      against,
    ),
    ablation: document.ablate === undefined ? null : ablationOf(ablated(document.ablate).method, groups),
    failures: rows.filter(({ failed }) => failed !== null),
  }
}

/** The ablations that a method has on a set are those for which it has rows, as presets differ by space. */
function ablationOf(
  method: string,
  groups: readonly (Pick<SetSummary, 'set' | 'size'> & { readonly rows: readonly TrialRow[] })[],
): AblationSummary {
  const isOwn = ({ method: name }: TrialRow) => name.startsWith(`${method} `)
  return {
    method,
    sets: groups.map(({ set, size, rows }) => {
      const names = [...new Set(rows.filter(isOwn).map((row) => row.method))]
      return { set, size, methods: methodsOf([method, ...names], method, rows) }
    }),
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
    const methodRows = of(rows, method)
    const figures = methodRows.flatMap((row) => row.figures ?? [])
    const errors = methodRows.flatMap((row) => errorIn(row) ?? [])
    return {
      method,
      trials: errors.length,
      failed: methodRows.filter(({ failed }) => failed !== null).length,
      error: spreadOf(errors),
      parameters: spreadOf(figures.map(({ parameters }) => parameters)),
      share: meanOf(figures.map(({ share }) => share)),
      searchSteps: meanOf(figures.map(({ searchSteps }) => searchSteps)),
      flops: spreadOf(figures.map(({ flops }) => flops)),
      stability: stabilityOf(methodRows),
      difference: method === against ? null : differenceOf(methodRows, of(rows, against)),
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

const stabilityOf = (rows: readonly TrialRow[]): MethodStability => ({
  bootstrap: meanOf(rows.flatMap(({ stability }) => stability?.bootstrap ?? [])),
  losses: meanOf(rows.flatMap(({ stability }) => stability?.losses ?? [])),
  agreement: meanAgreement(rows.flatMap(({ kept }) => (kept ? [kept] : []))),
})

const withPareto = (methods: readonly MethodSummary[]) => {
  const front = (cost: 'parameters' | 'flops') =>
    paretoFront(
      methods.map((each) => ({
        method: each.method,
        error: each.error?.mean ?? null,
        cost: each[cost]?.mean ?? null,
      })),
    )
  return { methods, pareto: { parameters: front('parameters'), flops: front('flops') } }
}

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values))

const spreadOf = (values: readonly number[]): Spread | null =>
  values.length === 0 ? null : { mean: mean(values), std: values.length === 1 ? null : deviation(values) }

const resultOf = ({ methods }: Pick<SetSummary, 'methods'>, method: string): MethodSummary | undefined =>
  methods.find((each) => each.method === method)

function overallOf(methods: readonly string[], sets: readonly SetSummary[]): OverallSummary[] {
  const everywhere = methods.filter((method) => sets.every((set) => resultOf(set, method)))
  const places = sets.map((set) =>
    ranks(everywhere.map((method) => resultOf(set, method)!.error?.mean ?? Infinity)),
  )
  return methods.map((method) => {
    const results = sets.map((set) => resultOf(set, method))
    const count = (key: 'wins' | 'ties' | 'losses') =>
      results.reduce((sum, each) => sum + (each?.difference?.[key] ?? 0), 0)
    const place = everywhere.indexOf(method)
    return {
      method,
      rank: place < 0 ? null : mean(places.map((each) => each[place]!)),
      failed: results.reduce((sum, each) => sum + (each?.failed ?? 0), 0),
      wins: count('wins'),
      ties: count('ties'),
      losses: count('losses'),
    }
  })
}
