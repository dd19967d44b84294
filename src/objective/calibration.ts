/** A temperature T and offsets b: calibrated logits are z / T + b. */
export interface Calibration {
  readonly temperature: number
  readonly offsets: readonly number[]
}

/** The most rounds in which offsets are fitted, and the largest move of one that ends them. */
const [mostRounds, still] = [50, 1e-5]

/**
 * The temperature by which logits are divided, and the offsets of classes, for which the cross-entropy of some
 * rows is least (Platt, 1999, for two classes). For a temperature, the best offsets make each class as probable
 * on average as it is frequent; what is left is convex in 1 / T, which a golden section finds between 1/100
 * and 100. A class without a row counts as half a row. Logits are rows × width, targets class indices.
 */
export function bestCalibration(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  width: number,
): Calibration {
  const counts = new Float64Array(width)
  for (let row = 0; row * width < logits.length; row++) counts[targets[row]!]!++
  const wanted = counts.map((count) => Math.max(count, 0.5))
  let offsets = new Float64Array(width)
  const lossAt = (log: number): number => {
    const factor = Math.exp(log)
    offsets = fitted(logits, wanted, factor, offsets)
    return lossOf(logits, targets, factor, offsets)
  }
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.log(1e-2), Math.log(1e2)]
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)]
  let [ofLeft, ofRight] = [lossAt(left), lossAt(right)]
  while (high - low > 1e-4) {
    if (ofLeft < ofRight) {
      ;[high, right, ofRight] = [right, left, ofLeft]
      left = high - golden * (high - low)
      ofLeft = lossAt(left)
    } else {
      ;[low, left, ofLeft] = [left, right, ofRight]
      right = low + golden * (high - low)
      ofRight = lossAt(right)
    }
  }
  const factor = Math.exp((low + high) / 2)
  return { temperature: 1 / factor, offsets: [...fitted(logits, wanted, factor, offsets)] }
}

/** The offsets at which the probabilities of each class sum to `wanted`, from others. */
function fitted(
  logits: ArrayLike<number>,
  wanted: Float64Array,
  factor: number,
  from: Float64Array,
): Float64Array<ArrayBuffer> {
  const offsets = Float64Array.from(from)
  for (let round = 0; round < mostRounds; round++) {
    const sums = new Float64Array(wanted.length)
    eachRow(logits, factor, offsets, (shares) => shares.forEach((share, c) => (sums[c]! += share)))
    const moves = wanted.map((count, c) => Math.log(count / Math.max(sums[c]!, 1e-300)))
    moves.forEach((move, c) => (offsets[c]! += move))
    if (moves.every((move) => Math.abs(move) < still)) break
  }
  return offsets
}

/** The summed cross-entropy. */
function lossOf(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  factor: number,
  offsets: Float64Array,
): number {
  let loss = 0
  eachRow(logits, factor, offsets, (shares, row) => {
    loss -= Math.log(Math.max(shares[targets[row]!]!, 1e-300))
  })
  return loss
}

/** Visits the probabilities of each row; the array is used again. */
function eachRow(
  logits: ArrayLike<number>,
  factor: number,
  offsets: Float64Array,
  visit: (shares: Float64Array, row: number) => void,
): void {
  const width = offsets.length
  const shares = new Float64Array(width)
  for (let row = 0; row * width < logits.length; row++) {
    let [top, total] = [-Infinity, 0]
    for (let c = 0; c < width; c++) {
      shares[c] = factor * logits[row * width + c]! + offsets[c]!
      top = Math.max(top, shares[c]!)
    }
    for (let c = 0; c < width; c++) total += shares[c] = Math.exp(shares[c]! - top)
    for (let c = 0; c < width; c++) shares[c]! /= total
    visit(shares, row)
  }
}
