import type { MetricOptions, Numbers } from './metric.js'

type By = Pick<MetricOptions, 'offsets' | 'costs'>

/**
 * The class that a row's outputs decide for: that of the largest logit, each with its offset if there are some,
 * or else that of the least expected cost if there are costs; of equal ones the first. Every metric of decisions
 * takes them from here.
 */
export function decided(outputs: Numbers, width: number, row: number, { offsets, costs }: By = {}): number {
  const from = row * width
  if (costs && !offsets) return cheapest(outputs, width, from, costs)
  let best = 0
  for (let c = 1; c < width; c++)
    if (outputs[from + c]! + (offsets?.[c] ?? 0) > outputs[from + best]! + (offsets?.[best] ?? 0)) best = c
  return best
}

/** The class c of the least Σ p(k) · costs[k][c]. */
function cheapest(outputs: Numbers, width: number, from: number, costs: NonNullable<By['costs']>): number {
  let top = -Infinity
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[from + c]!)
  let [best, least] = [0, Infinity]
  for (let c = 0; c < width; c++) {
    let expected = 0
    for (let k = 0; k < width; k++) expected += Math.exp(outputs[from + k]! - top) * costs[k]![c]!
    if (expected < least) [best, least] = [c, expected]
  }
  return best
}
