import * as tf from '@tensorflow/tfjs-core'
import type { Node, Shape } from '../nn/graph.js'
import { linesOf } from '../nn/primitives/bins.js'

/**
 * The constant weights of the standard layer that represents a node without parameters, given the shape of
 * its input. For `from-last`: the matrix [T, T] over the steps of [T, C]. For `last`: the matrix [T · C,
 * columns] over all values. For `bins`: the kernel [1, 1, F, count] and the bias [F · count] of a depthwise
 * convolution. Undefined for other nodes. The caller owns the tensors.
 */
export function fixedWeights({ kind, attrs }: Node, shape: Shape): tf.Tensor[] | undefined {
  if (kind === 'from-last') {
    const [steps] = shape as [number]
    const end = steps - 1
    return [matrix(steps, steps, (from, to) => (from === to ? 1 : from === end ? -1 : 0))]
  }
  if (kind === 'last') {
    const [steps, features] = shape as [number, number]
    const columns = attrs.columns as readonly number[]
    const before = (steps - 1) * features
    return [matrix(steps * features, columns.length, (from, to) => Number(from === before + columns[to]!))]
  }
  if (kind === 'bins') {
    const [features] = shape as [number]
    const count = attrs.count as number
    const { slopes, offsets } = linesOf(count)
    return [
      tf.tile(tf.tensor4d(slopes, [1, 1, 1, count]), [1, 1, features, 1]),
      tf.tile(tf.tensor1d(offsets), [features]),
    ]
  }
  return undefined
}

const matrix = (rows: number, columns: number, at: (row: number, column: number) => number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
    [rows, columns],
  )
