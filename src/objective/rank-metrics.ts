import { usualLeast } from './metric-title.js'
import { logOdds } from './log-odds.js'
import { metricBy, type Metric, type MetricOptions } from './metric.js'

/** The rows of a class and the others at one score, as the threshold falls to the next score. */
type Visit = (hits: number, others: number) => void

/** Calls `visit` for each distinct score of a class, from the highest, with what counts at it. */
type Walk = (visit: Visit) => void

/** The numbers of rows of a class, and of the others. */
interface Sizes {
  readonly hits: number
  readonly others: number
}

/**
 * A metric of how the score of a class orders its rows before the others: of the positive class; of several
 * classes without one, the mean over all, each against the rest. Equal scores are one threshold.
 */
const onOrder = (of: (walk: Walk, sizes: Sizes, options: MetricOptions) => number): Metric =>
  metricBy({ higherIsBetter: true, coarse: true }, (outputs, targets, width, options = {}) => {
    const rows = outputs.length / width
    const one = options.positive ?? (width === 2 ? 1 : undefined)
    const classes = one === undefined ? Array.from({ length: width }, (_, c) => c) : [one]
    const scores = classes.map((c) =>
      Float64Array.from({ length: rows }, (_, row) => logOdds(outputs, width, row, c)),
    )
    const orders = scores.map((classScores) =>
      Uint32Array.from(classScores, (_, row) => row).sort(
        (a, b) => classScores[b]! - classScores[a]! || a - b,
      ),
    )
    const known = scores.every((classScores) => !classScores.some(Number.isNaN))
    return {
      rows,
      counted(counts) {
        if (!known) return NaN
        const values = classes.map((c, i) => {
          const walk = walker(orders[i]!, scores[i]!, (row) => targets[row] === c, counts)
          const sizes = { hits: 0, others: 0 }
          walk((hits, others) => {
            sizes.hits += hits
            sizes.others += others
          })
          return of(walk, sizes, options)
        })
        return values.reduce((sum, value) => sum + value, 0) / values.length
      },
    }
  })

function walker(
  order: Uint32Array,
  scores: Float64Array,
  isHit: (row: number) => boolean,
  counts: Float64Array,
): Walk {
  return (visit) => {
    for (let i = 0; i < order.length;) {
      const score = scores[order[i]!]!
      let [hits, others] = [0, 0]
      for (; i < order.length && Object.is(scores[order[i]!]!, score); i++) {
        const row = order[i]!
        if (isHit(row)) hits += counts[row]!
        else others += counts[row]!
      }
      if (hits + others > 0) visit(hits, others)
    }
  }
}

/**
 * The chance that a row of the class has a higher score than another row; of an equal score, half (Mann and
 * Whitney, 1947). NaN if there are none of either.
 */
export const rocAuc: Metric = onOrder((walk, { hits: all, others }) => {
  let [passed, sum] = [0, 0]
  walk((hits, other) => {
    sum += other * (passed + hits / 2)
    passed += hits
  })
  return sum / (all * others)
})

/** Σ (Rₙ − Rₙ₋₁) · Pₙ over thresholds, without interpolation. NaN if there is no row of the class. */
export const averagePrecision: Metric = onOrder((walk, { hits: all }) => {
  let [passed, hit, sum] = [0, 0, 0]
  walk((hits, others) => {
    passed += hits + others
    hit += hits
    sum += (hits / all) * (hit / passed)
  })
  return all === 0 ? NaN : sum
})

/** The greatest of a threshold's figures where another is at least `least`; 0 where it never is. */
function greatest(
  walk: Walk,
  { hits: all }: Sizes,
  figure: (precision: number, recall: number) => { readonly value: number; readonly isEnough: boolean },
): number {
  let [passed, hit, best] = [0, 0, 0]
  walk((hits, others) => {
    passed += hits + others
    hit += hits
    const { value, isEnough } = figure(hit / passed, hit / all)
    if (isEnough) best = Math.max(best, value)
  })
  return all === 0 ? NaN : best
}

/** The greatest recall of a threshold whose precision is at least `precision`; 0 if none is. */
export const recallAtPrecision: Metric = onOrder((walk, sizes, { precision: least = usualLeast }) =>
  greatest(walk, sizes, (precision, recall) => ({ value: recall, isEnough: precision >= least })),
)

/** The greatest precision of a threshold whose recall is at least `recall`. */
export const precisionAtRecall: Metric = onOrder((walk, sizes, { recall: least = usualLeast }) =>
  greatest(walk, sizes, (precision, recall) => ({ value: precision, isEnough: recall >= least })),
)
