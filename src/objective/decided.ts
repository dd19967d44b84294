import type { Numbers } from './metric.js'

/**
 * The class that a row's outputs decide for: that of the largest logit, each with its offset if there are some;
 * of equal ones the first. Every metric of decisions takes them from here.
 */
export function decided(outputs: Numbers, width: number, row: number, offsets?: Numbers): number {
  const from = row * width
  let best = 0
  for (let c = 1; c < width; c++)
    if (outputs[from + c]! + (offsets?.[c] ?? 0) > outputs[from + best]! + (offsets?.[best] ?? 0)) best = c
  return best
}
