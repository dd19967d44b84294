import * as tf from '@tensorflow/tfjs-core'
import type { Node, Shape } from '../nn/graph.js'

/**
 * The matrix [in, out] of a node that is a linear map without parameters, given its input's shape [T, C]: over the steps
 * for `from-last`, over all values for `last`. Undefined for other nodes. The caller owns it.
 */
export function linearMap({ kind, attrs }: Node, [steps, features]: Shape): tf.Tensor2D | undefined {
  if (kind === 'from-last') {
    const end = steps! - 1
    return matrix(steps!, steps!, (from, to) => (from === to ? 1 : from === end ? -1 : 0))
  }
  if (kind === 'last') {
    const columns = attrs.columns as readonly number[]
    const before = (steps! - 1) * features!
    return matrix(steps! * features!, columns.length, (from, to) => Number(from === before + columns[to]!))
  }
  return undefined
}

const matrix = (rows: number, columns: number, at: (row: number, column: number) => number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
    [rows, columns],
  )
