import type { Shape } from '../../nn/graph.js'
import type { OnnxBuilder } from './builder.js'

/*
 * The one layout of tensors inside an ONNX model: features come right behind the batch, [N, C, H, W], [N, C, T]
 * and [N, C], because ONNX's convolutions and pools want them there. Sentei's own shapes have them last.
 */

/** Moves the features of x, which has `shape` (features last, without the batch), behind the batch. */
export function featuresFirst(to: OnnxBuilder, x: string, shape: Shape, name: string): string {
  const rank = shape.length + 1
  if (rank === 2) return x
  return to.op('Transpose', name, [x], { perm: [0, rank - 1, ...between(rank)] })
}

/** Moves the features back behind everything else. */
export function featuresLast(to: OnnxBuilder, x: string, shape: Shape, name: string): string {
  const rank = shape.length + 1
  if (rank === 2) return x
  return to.op('Transpose', name, [x], { perm: [0, ...between(rank).map((axis) => axis + 1), 1] })
}

const between = (rank: number): number[] => Array.from({ length: rank - 2 }, (_, i) => i + 1)

/** Values [rows, columns] as [columns, rows]. */
export function transposed(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column]!
  return result
}
