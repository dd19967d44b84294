import { decided } from './decided.js'
import { meanOver, metricBy, type Metric, type MetricOptions } from './metric.js'

const better = { higherIsBetter: true, coarse: true }

/** The share of rows whose decision is right. */
export const accuracy: Metric = meanOver(better, (outputs, targets, width, row, options) =>
  decided(outputs, width, row, options) === targets[row] ? 1 : 0,
)

/** The mean cost of a row's decision; without given costs, a wrong one costs 1. */
export const cost: Metric = meanOver({ coarse: true }, (outputs, targets, width, row, options) => {
  const [truth, said] = [targets[row]!, decided(outputs, width, row, options)]
  return options.costs?.[truth]?.[said] ?? (truth === said ? 0 : 1)
})

/** How often each class was the target, was decided for, and both. */
interface Confusion {
  readonly wanted: Float64Array
  readonly said: Float64Array
  readonly hits: Float64Array
}

/** A metric of how decisions and targets meet. */
const onConfusion = (of: (confusion: Confusion, options: MetricOptions) => number): Metric =>
  metricBy(better, (outputs, targets, width, options = {}) => {
    const rows = outputs.length / width
    const labels = Uint32Array.from({ length: rows }, (_, row) => decided(outputs, width, row, options))
    return {
      rows,
      counted(counts) {
        const [wanted, said, hits] = [0, 1, 2].map(() => new Float64Array(width)) as [
          Float64Array,
          Float64Array,
          Float64Array,
        ]
        for (let row = 0; row < rows; row++) {
          const [label, target, count] = [labels[row]!, targets[row]!, counts[row]!]
          wanted[target]! += count
          said[label]! += count
          if (label === target) hits[label]! += count
        }
        return of({ wanted, said, hits }, options)
      },
    }
  })

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** A figure of the positive class, which without one is the last. */
const ofOne = (of: (confusion: Confusion, c: number) => number): Metric =>
  onConfusion((confusion, { positive }) => of(confusion, positive ?? confusion.wanted.length - 1))

/** The share of the decisions for the positive class that are right; NaN without any. */
export const precision: Metric = ofOne(({ said, hits }, c) => hits[c]! / said[c]!)

/** The share of the rows of the positive class that are decided for; NaN without any. */
export const recall: Metric = ofOne(({ wanted, hits }, c) => hits[c]! / wanted[c]!)

/** 2 · hits / (wanted + said); NaN if a class is neither. */
const f1Of = ({ wanted, said, hits }: Confusion, c: number): number =>
  (2 * hits[c]!) / (wanted[c]! + said[c]!)

/** The mean F1 of the classes that are wanted or decided for. */
const meanF1 = (confusion: Confusion): number =>
  meanOf([...confusion.wanted.keys()].map((c) => f1Of(confusion, c)).filter((each) => !Number.isNaN(each)))

/** The F1 of every class, as a mean. */
export const macroF1: Metric = onConfusion(meanF1)

/** The F1 of the positive class; of several classes without one, the mean. */
export const f1: Metric = onConfusion((confusion, { positive }) => {
  const width = confusion.wanted.length
  const one = positive ?? (width === 2 ? 1 : undefined)
  return one === undefined ? meanF1(confusion) : f1Of(confusion, one)
})

/** The mean recall of the classes that are wanted. */
export const balancedAccuracy: Metric = onConfusion(({ wanted, hits }) =>
  meanOf([...wanted].flatMap((count, c) => (count > 0 ? [hits[c]! / count] : []))),
)

/**
 * Matthews' correlation of decisions and targets, for any number of classes (Gorodkin, 2004): 0 where all
 * decisions are one class, NaN where all targets are.
 */
export const matthews: Metric = onConfusion(({ wanted, said, hits }) => {
  const sum = (values: Float64Array, f: (value: number, c: number) => number) =>
    values.reduce((total, value, c) => total + f(value, c), 0)
  const all = sum(wanted, (value) => value)
  const ofTargets = all * all - sum(wanted, (value) => value * value)
  const ofDecisions = all * all - sum(said, (value) => value * value)
  if (ofTargets === 0) return NaN
  if (ofDecisions === 0) return 0
  const both = all * sum(hits, (value) => value) - sum(wanted, (value, c) => value * said[c]!)
  return both / Math.sqrt(ofTargets * ofDecisions)
})
