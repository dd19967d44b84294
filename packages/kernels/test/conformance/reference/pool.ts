import { zeros, type Operand } from './operand.js'
import { eachTap, outputPositions, type Window } from './window.js'

/** The maximum of each window, and the gradient of ⟨dy, maxPool(x)⟩: the first maximum in row-major order wins. */
export function maxPool(x: Operand, dy: Operand, window: Window) {
  const c = x.shape[3]!
  const y = zeros([...outputPositions(x.shape, window), c])
  y.values.fill(-Infinity)
  const winner = new Int32Array(y.values.length)
  eachTap(x.shape, window, (input, _, output) => {
    for (let k = 0; k < c; k++) {
      const [at, from] = [output * c + k, input * c + k]
      if (x.values[from]! <= y.values[at]!) continue
      y.values[at] = x.values[from]!
      winner[at] = from
    }
  })
  const dx = zeros(x.shape)
  winner.forEach((from, at) => (dx.values[from]! += dy.values[at]!))
  return { y, dx }
}

/** The mean of each window over the positions inside the image, or over all its taps, and the gradient of ⟨dy, y⟩. */
export function avgPool(x: Operand, dy: Operand, window: Window, countPadding = false) {
  const c = x.shape[3]!
  const positions = outputPositions(x.shape, window)
  const [y, dx] = [zeros([...positions, c]), zeros(x.shape)]
  const count = new Float64Array(y.values.length / c)
  eachTap(x.shape, window, (_, __, output) => (count[output]! += 1))
  if (countPadding) count.fill(window.kernel[0] * window.kernel[1])
  eachTap(x.shape, window, (input, _, output) => {
    for (let k = 0; k < c; k++) {
      y.values[output * c + k]! += x.values[input * c + k]! / count[output]!
      dx.values[input * c + k]! += dy.values[output * c + k]! / count[output]!
    }
  })
  return { y, dx }
}
