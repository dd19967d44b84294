import type { Operand } from './operand.js'

/** factor · (dy − share − (y − mean) · slope) of each channel: mean [C], slope [3, C]. */
export function throughSlope(y: Operand, dy: Operand, mean: Operand, slope: Operand): Operand {
  const channels = mean.values.length
  const values = dy.values.map((value, i) => {
    const c = i % channels
    const [factor, share, tilt] = [0, 1, 2].map((row) => slope.values[row * channels + c]!)
    return factor! * (value - share! - (y.values[i]! - mean.values[c]!) * tilt!)
  })
  return { values, shape: dy.shape }
}
