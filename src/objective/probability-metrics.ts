import { meanOver, type Metric } from './metric.js'

/** −log of the probability of a row's class (log loss). */
export const crossEntropy: Metric = meanOver({}, (outputs, targets, width, row) => {
  let top = -Infinity
  let sum = 0
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[row * width + c]!)
  for (let c = 0; c < width; c++) sum += Math.exp(outputs[row * width + c]! - top)
  return top + Math.log(sum) - outputs[row * width + targets[row]!]!
})

/**
 * The squared distance of the probabilities from the row's class (Brier, 1950), summed over classes; of two
 * classes that of one of them, which is half of it.
 */
export const brier: Metric = meanOver({}, (outputs, targets, width, row) => {
  let top = -Infinity
  let all = 0
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[row * width + c]!)
  for (let c = 0; c < width; c++) all += Math.exp(outputs[row * width + c]! - top)
  let sum = 0
  for (let c = 0; c < width; c++) {
    const distance = Math.exp(outputs[row * width + c]! - top) / all - (targets[row] === c ? 1 : 0)
    sum += distance * distance
  }
  return width === 2 ? sum / 2 : sum
})
