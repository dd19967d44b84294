import type { Binned } from './bins.js'

/**
 * A binary tree as arrays with an entry for each node. At an inner node, rows whose feature is at most the
 * limit go to `left`, others to `left + 1`; at a leaf, `feature` is −1 and `value` is what it adds.
 */
export interface Tree {
  readonly feature: Int32Array
  readonly limit: Float32Array
  readonly left: Int32Array
  readonly value: Float64Array
}

/** How a tree is grown. */
export interface Growth {
  /** The most splits between the root and a leaf. */
  readonly depth: number
  /** The least sum of second derivatives in a leaf. */
  readonly leastWeight: number
  /** Added to the sum of second derivatives: how strongly values are drawn to 0. */
  readonly lambda: number
  /** By what each leaf's value is multiplied. */
  readonly rate: number
}

interface Node {
  readonly from: number
  readonly to: number
  readonly depth: number
  readonly sums: Float64Array
}

interface Split {
  readonly gain: number
  readonly feature: number
  readonly bin: number
}

/**
 * Grows one tree on first and second derivatives of the loss, one of each for a row (Chen and Guestrin,
 * arXiv:1603.02754, with histograms as in LightGBM): a leaf's value is −G / (H + λ), and a split is made
 * where ½ [G_L² / (H_L + λ) + G_R² / (H_R + λ) − G² / (H + λ)] is greatest. Adds the values to `outputs`,
 * whose entries are `stride` apart from `offset` on. `leaf` says what a leaf of some rows adds, if not that.
 */
export function growTree(
  data: Binned,
  first: Float64Array,
  second: Float64Array,
  growth: Growth,
  outputs: { readonly values: Float64Array; readonly stride: number; readonly offset: number },
  leaf?: (rows: Uint32Array) => number,
): Tree {
  const { features, limits, rows } = data
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  const feature: number[] = [-1]
  const limit: number[] = [0]
  const left: number[] = [0]
  const value: number[] = [0]
  const grow = (at: number, node: Node): void => {
    const total = totalOf(node.sums, data.offsets[1]!)
    const split = node.depth < growth.depth ? bestSplit(node.sums, total, data, growth) : undefined
    if (!split) {
      value[at] = leaf
        ? growth.rate * leaf(order.subarray(node.from, node.to))
        : (-growth.rate * total[0]) / (total[1] + growth.lambda)
      const { values, stride, offset } = outputs
      for (let i = node.from; i < node.to; i++) values[order[i]! * stride + offset]! += value[at]
      return
    }
    const child = feature.length
    feature[at] = split.feature
    limit[at] = limits[split.feature]![split.bin]!
    left[at] = child
    feature.push(-1, -1)
    limit.push(0, 0)
    left.push(0, 0)
    value.push(0, 0)
    const middle = partition(order, node, data, split)
    const isLeftFewer = middle - node.from < node.to - middle
    const [a, b] = isLeftFewer ? [node.from, middle] : [middle, node.to]
    const fewer = histogram(data, order.subarray(a, b), first, second)
    const more = node.sums
    for (let i = 0; i < more.length; i++) more[i]! -= fewer[i]!
    const depth = node.depth + 1
    const [ofLeft, ofRight] = isLeftFewer ? [fewer, more] : [more, fewer]
    grow(child, { from: node.from, to: middle, depth, sums: ofLeft })
    grow(child + 1, { from: middle, to: node.to, depth, sums: ofRight })
  }
  if (features > 0) grow(0, { from: 0, to: rows, depth: 0, sums: histogram(data, order, first, second) })
  return {
    feature: Int32Array.from(feature),
    limit: Float32Array.from(limit),
    left: Int32Array.from(left),
    value: Float64Array.from(value),
  }
}

/** The sums of both derivatives by feature and range. */
function histogram(
  { features, bins, offsets }: Binned,
  rows: Uint32Array,
  first: Float64Array,
  second: Float64Array,
): Float64Array {
  const sums = new Float64Array(offsets[features]! * 2)
  for (const row of rows) {
    const g = first[row]!
    const h = second[row]!
    const from = row * features
    for (let f = 0; f < features; f++) {
      const at = (offsets[f]! + bins[from + f]!) * 2
      sums[at]! += g
      sums[at + 1]! += h
    }
  }
  return sums
}

/** The sums over all rows of a node, as the ranges of the first feature have them. */
function totalOf(sums: Float64Array, ranges: number): readonly [number, number] {
  let [g, h] = [0, 0]
  for (let b = 0; b < ranges; b++) {
    g += sums[2 * b]!
    h += sums[2 * b + 1]!
  }
  return [g, h]
}

function bestSplit(
  sums: Float64Array,
  [totalG, totalH]: readonly [number, number],
  { features, limits, offsets }: Binned,
  { leastWeight, lambda }: Growth,
): Split | undefined {
  const none = totalG ** 2 / (totalH + lambda)
  // Rounding alone can make a gain of a pure node positive.
  let best: Split = { gain: 1e-9 * (1 + none), feature: -1, bin: 0 }
  for (let f = 0; f < features; f++) {
    let [g, h] = [0, 0]
    for (let bin = 0; bin < limits[f]!.length; bin++) {
      const at = (offsets[f]! + bin) * 2
      g += sums[at]!
      h += sums[at + 1]!
      if (h < leastWeight) continue
      if (totalH - h < leastWeight) break
      const gain = g ** 2 / (h + lambda) + (totalG - g) ** 2 / (totalH - h + lambda) - none
      if (gain > best.gain) best = { gain, feature: f, bin }
    }
  }
  return best.feature < 0 ? undefined : best
}

/** Moves the rows of a node that go left before the others, and returns where the others begin. */
function partition(
  order: Uint32Array,
  { from, to }: Node,
  { bins, features }: Binned,
  { feature, bin }: Split,
): number {
  const right: number[] = []
  let at = from
  for (let i = from; i < to; i++) {
    const row = order[i]!
    if (bins[row * features + feature]! <= bin) order[at++] = row
    else right.push(row)
  }
  order.set(right, at)
  return at
}

/** Adds what a tree says of rows (rows × features) to outputs. */
export function addTree(
  { feature, limit, left, value }: Tree,
  inputs: Float32Array,
  features: number,
  outputs: { readonly values: Float64Array; readonly stride: number; readonly offset: number },
): void {
  const rows = inputs.length / features
  for (let row = 0; row < rows; row++) {
    let node = 0
    while (feature[node]! >= 0)
      node = left[node]! + (inputs[row * features + feature[node]!]! <= limit[node]! ? 0 : 1)
    outputs.values[row * outputs.stride + outputs.offset]! += value[node]!
  }
}
