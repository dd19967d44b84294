import type { RandomSource } from '../base/random.js'
import type { ThresholdName } from '../config/classes-schema.js'
import type { Decision } from '../data/types.js'
import { logOdds } from './log-odds.js'

/** How many rows of the positive class and of the other one are decided rightly and wrongly. */
interface Counts {
  readonly hits: number
  readonly missed: number
  readonly alarms: number
  readonly passed: number
}

/** What is maximised, from counts. */
type Worth = (counts: Counts) => number

const worths: Readonly<Record<Exclude<ThresholdName, 'cost'>, Worth>> = {
  f1: ({ hits, missed, alarms }) => (2 * hits) / Math.max(2 * hits + missed + alarms, 1),
  'balanced-accuracy': ({ hits, missed, alarms, passed }) =>
    (hits / Math.max(hits + missed, 1) + passed / Math.max(passed + alarms, 1)) / 2,
  matthews({ hits, missed, alarms, passed }) {
    const sides = (hits + missed) * (hits + alarms) * (passed + missed) * (passed + alarms)
    return sides === 0 ? 0 : (hits * passed - missed * alarms) / Math.sqrt(sides)
  },
}

/** The worth of counts by a metric, or by costs [true][decided] of which `positive` is one class. */
export function worthBy(name: ThresholdName, positive: number, costs: Decision['costs']): Worth {
  if (name !== 'cost') return worths[name]
  const of = (truth: number, said: number) => costs![truth]![said]!
  const other = 1 - positive
  return ({ hits, missed, alarms, passed }) =>
    -(
      hits * of(positive, positive) +
      missed * of(positive, other) +
      alarms * of(other, positive) +
      passed * of(other, other)
    ) /
    (hits + missed + alarms + passed)
}

/** The number of resamples over which a threshold is chosen. */
const resamples = 200

/**
 * The log-odds from which the positive class of two is decided for: the median, over resamples of the rows, of
 * the midpoint between two neighbouring scores at which `worth` is greatest. A single row, of a few positive
 * ones, therefore does not decide. Logits are rows × 2, targets class indices, with both classes among them.
 */
export function bestThreshold(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  positive: number,
  worth: Worth,
  random: RandomSource,
): number {
  const rows = logits.length / 2
  const scores = Float64Array.from({ length: rows }, (_, row) => logOdds(logits, 2, row, positive))
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b]! - scores[a]! || a - b)
  const counts = new Float64Array(rows)
  const cuts = Float64Array.from({ length: resamples }, (_, resample) => {
    const stream = random.stream('threshold', 'resample', resample)
    counts.fill(0)
    for (let draw = 0; draw < rows; draw++) counts[stream.integer(rows)]!++
    return bestCut(order, scores, (row) => targets[row] === positive, counts, worth)
  }).filter(Number.isFinite)
  cuts.sort()
  return cuts.length === 0 ? 0 : cuts[Math.floor(cuts.length / 2)]!
}

/** The midpoint of greatest worth; NaN if the drawn rows lack one of the classes, or a score between two others. */
function bestCut(
  order: Uint32Array,
  scores: Float64Array,
  isPositive: (row: number) => boolean,
  counts: Float64Array,
  worth: Worth,
): number {
  let [wanted, others] = [0, 0]
  for (const row of order)
    if (isPositive(row)) wanted += counts[row]!
    else others += counts[row]!
  if (wanted === 0 || others === 0) return NaN
  let [hits, alarms, best, cut] = [0, 0, -Infinity, NaN]
  const drawn = order.filter((row) => counts[row]! > 0)
  drawn.forEach((row, i) => {
    if (isPositive(row)) hits += counts[row]!
    else alarms += counts[row]!
    const next = drawn[i + 1]
    if (next === undefined || scores[next] === scores[row]) return
    const value = worth({ hits, missed: wanted - hits, alarms, passed: others - alarms })
    if (value > best) [best, cut] = [value, (scores[row]! + scores[next]!) / 2]
  })
  return cut
}
