import { zeros, type Operand } from './operand.js'
import { eachTap, outputPositions, type Window } from './window.js'

/** x [N, H, W, C], filter [h, w, C, D] → [N, H', W', D]. */
export function conv2d(x: Operand, filter: Operand, window: Window): Operand {
  const [c, d] = filter.shape.slice(2) as [number, number]
  const y = zeros([...outputPositions(x.shape, window), d])
  eachTap(x.shape, window, (input, tap, output) => {
    for (let k = 0; k < c; k++)
      for (let m = 0; m < d; m++)
        y.values[output * d + m]! += x.values[input * c + k]! * filter.values[(tap * c + k) * d + m]!
  })
  return y
}

/** The gradients of ⟨dy, conv2d(x, filter)⟩. */
export function conv2dGradients(x: Operand, filter: Operand, dy: Operand, window: Window) {
  const [c, d] = filter.shape.slice(2) as [number, number]
  const [dx, dFilter] = [zeros(x.shape), zeros(filter.shape)]
  eachTap(x.shape, window, (input, tap, output) => {
    for (let k = 0; k < c; k++)
      for (let m = 0; m < d; m++) {
        const [at, weight, above] = [input * c + k, (tap * c + k) * d + m, dy.values[output * d + m]!]
        dx.values[at]! += above * filter.values[weight]!
        dFilter.values[weight]! += above * x.values[at]!
      }
  })
  return { dx, dFilter }
}

/** x [N, H, W, C], filter [h, w, C, 1] → [N, H', W', C]. */
export function depthwise(x: Operand, filter: Operand, window: Window): Operand {
  const c = x.shape[3]!
  const y = zeros([...outputPositions(x.shape, window), c])
  eachTap(x.shape, window, (input, tap, output) => {
    for (let k = 0; k < c; k++)
      y.values[output * c + k]! += x.values[input * c + k]! * filter.values[tap * c + k]!
  })
  return y
}

/** The gradients of ⟨dy, depthwise(x, filter)⟩. */
export function depthwiseGradients(x: Operand, filter: Operand, dy: Operand, window: Window) {
  const c = x.shape[3]!
  const [dx, dFilter] = [zeros(x.shape), zeros(filter.shape)]
  eachTap(x.shape, window, (input, tap, output) => {
    for (let k = 0; k < c; k++) {
      const above = dy.values[output * c + k]!
      dx.values[input * c + k]! += above * filter.values[tap * c + k]!
      dFilter.values[tap * c + k]! += above * x.values[input * c + k]!
    }
  })
  return { dx, dFilter }
}
