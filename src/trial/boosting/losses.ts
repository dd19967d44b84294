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
  /**
   * What suits the rows of a leaf best at one position, before the learning rate; by both derivatives if it is
   * left out.
   */
  readonly leaf?: (
    at: { readonly outputs: Float64Array; readonly targets: ArrayLike<number>; readonly width: number },
    position: number,
    rows: Uint32Array,
  ) => number
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

/**
 * The absolute error of values, rows × width, summed over the positions. Trees are split by its sign, and their
 * leaves are medians (Friedman 2001, LAD_TreeBoost).
 */
export const absolutes: BoostingLoss = {
  start: (targets, width) =>
    Float64Array.from({ length: width }, (_, position) =>
      median(
        Float64Array.from({ length: targets.length / width }, (_, row) => targets[row * width + position]!),
      ),
    ),
  derivatives({ outputs, targets, width }, position, first, second) {
    for (let row = 0; row < first.length; row++) {
      const at = row * width + position
      first[row] = Math.sign(outputs[at]! - targets[at]!)
      second[row] = 1
    }
  },
  leaf: ({ outputs, targets, width }, position, rows) =>
    median(
      Float64Array.from(rows, (row) => targets[row * width + position]! - outputs[row * width + position]!),
    ),
  mean(outputs, targets, width) {
    let sum = 0
    for (let i = 0; i < outputs.length; i++) sum += Math.abs(outputs[i]! - targets[i]!)
    return (sum * width) / outputs.length
  },
}

/** The median of some values, which are sorted in place; of an even number the mean of the two in the middle. */
function median(values: Float64Array): number {
  values.sort()
  return (values[Math.floor((values.length - 1) / 2)]! + values[Math.floor(values.length / 2)]!) / 2
}

/** The natural logarithms of class frequencies, each class counted once more, so that none is impossible. */
export function logFrequencies(targets: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes).fill(1)
  for (const target of Array.from(targets)) counts[target]! += 1
  return counts.map((count) => Math.log(count / (targets.length + classes)))
}

/**
 * The cross-entropy of softmax, with one class index a row; outputs are logits. Rows count as much as the weight
 * of their class, which is 1 without weights.
 */
export function crossEntropyOf(weights?: readonly number[]): BoostingLoss {
  const weightOf = (target: number): number => weights?.[target] ?? 1
  return {
    start: (targets, classes) =>
      logFrequencies(targets, classes).map((value, c) => value + Math.log(weightOf(c))),
    derivatives({ outputs, targets, width }, position, first, second) {
      for (let row = 0; row < first.length; row++) {
        const p = Math.exp(outputs[row * width + position]! - logSum(outputs, row, width))
        const weight = weightOf(targets[row]!)
        first[row] = weight * (p - (targets[row] === position ? 1 : 0))
        second[row] = weight * p * (1 - p)
      }
    },
    mean(outputs, targets, width) {
      let [sum, of] = [0, 0]
      for (let row = 0; row < targets.length; row++) {
        const weight = weightOf(targets[row]!)
        sum += weight * (logSum(outputs, row, width) - outputs[row * width + targets[row]!]!)
        of += weight
      }
      return sum / of
    },
  }
}

/** The cross-entropy of softmax in which all rows count alike. */
export const crossEntropy: BoostingLoss = crossEntropyOf()

/** log Σ exp of a row's logits. */
function logSum(outputs: Float64Array, row: number, width: number): number {
  let top = -Infinity
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[row * width + c]!)
  let sum = 0
  for (let c = 0; c < width; c++) sum += Math.exp(outputs[row * width + c]! - top)
  return top + Math.log(sum)
}
