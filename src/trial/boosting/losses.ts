/** A loss of boosted trees by its derivatives. Outputs are rows × width. */
export interface BoostingLoss {
  /** Outputs before the first tree, one for each position. */
  readonly start: (targets: ArrayLike<number>, width: number) => Float64Array
  /** Writes the derivatives at one position of all rows. */
  readonly derivatives: (
    at: { readonly outputs: Float64Array; readonly targets: ArrayLike<number>; readonly width: number },
    position: number,
    first: Float64Array,
    second: Float64Array,
  ) => void
  /** The mean over rows. */
  readonly mean: (outputs: Float64Array, targets: ArrayLike<number>, width: number) => number
}

/** Half the squared error of values, rows × width, summed over the positions. */
export const squares: BoostingLoss = {
  start(targets, width) {
    const means = new Float64Array(width)
    for (let i = 0; i < targets.length; i++) means[i % width]! += (targets[i]! * width) / targets.length
    return means
  },
  derivatives({ outputs, targets, width }, position, first, second) {
    for (let row = 0; row < first.length; row++) {
      const at = row * width + position
      first[row] = outputs[at]! - targets[at]!
      second[row] = 1
    }
  },
  mean(outputs, targets, width) {
    let sum = 0
    for (let i = 0; i < outputs.length; i++) sum += (outputs[i]! - targets[i]!) ** 2 / 2
    return (sum * width) / outputs.length
  },
}

/** The natural logarithms of class frequencies, each class counted once more, so that none is impossible. */
export function logFrequencies(targets: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes).fill(1)
  for (const target of Array.from(targets)) counts[target]! += 1
  return counts.map((count) => Math.log(count / (targets.length + classes)))
}

/** The cross-entropy of softmax, with one class index a row; outputs are logits. */
export const crossEntropy: BoostingLoss = {
  start: logFrequencies,
  derivatives({ outputs, targets, width }, position, first, second) {
    for (let row = 0; row < first.length; row++) {
      const p = Math.exp(outputs[row * width + position]! - logSum(outputs, row, width))
      first[row] = p - (targets[row] === position ? 1 : 0)
      second[row] = p * (1 - p)
    }
  },
  mean(outputs, targets, width) {
    let sum = 0
    for (let row = 0; row < targets.length; row++)
      sum += logSum(outputs, row, width) - outputs[row * width + targets[row]!]!
    return sum / targets.length
  },
}

/** log Σ exp of a row's logits. */
function logSum(outputs: Float64Array, row: number, width: number): number {
  let top = -Infinity
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[row * width + c]!)
  let sum = 0
  for (let c = 0; c < width; c++) sum += Math.exp(outputs[row * width + c]! - top)
  return top + Math.log(sum)
}
