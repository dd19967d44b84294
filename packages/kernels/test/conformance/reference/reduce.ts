import { sizeOf, zeros, type Operand } from './operand.js'

/** For each element of a shape, the element that it adds to where axes are summed away. */
function targets(shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = shape.map(() => 0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--)
    if (!axes.includes(axis)) {
      strides[axis] = stride
      stride *= shape[axis]!
    }
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let [rest, target] = [i, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      target += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    return target
  })
}

/** The shape that is left: without the axes, or with 1 in their place. */
export const reducedShape = (
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): number[] =>
  keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i))

/** scale · Σ over axes of x, and the gradient of ⟨dy, y⟩. */
export function sum(x: Operand, dy: Operand, axes: readonly number[], scale = 1) {
  const target = targets(x.shape, axes)
  const y = zeros(dy.shape)
  x.values.forEach((value, i) => (y.values[target[i]!]! += scale * value))
  return { y, dx: { values: x.values.map((_, i) => scale * dy.values[target[i]!]!), shape: x.shape } }
}
