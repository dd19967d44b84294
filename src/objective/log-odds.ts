import type { Numbers } from './metric.js'

/** log(p / (1 − p)) of a class, from the logits of a row: it orders rows as the probability p does. */
export function logOdds(outputs: Numbers, width: number, row: number, c: number): number {
  const from = row * width
  let top = -Infinity
  for (let other = 0; other < width; other++) if (other !== c) top = Math.max(top, outputs[from + other]!)
  let sum = 0
  for (let other = 0; other < width; other++) if (other !== c) sum += Math.exp(outputs[from + other]! - top)
  return outputs[from + c]! - top - Math.log(sum)
}
