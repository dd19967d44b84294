import type { RandomSource } from '../base/random.js'

export type InitialiserName = 'he-normal' | 'glorot-uniform' | 'zeros' | 'ones'

/**
 * The initial values of a parameter. They are drawn from a stream of the parameter's own name, so they do not
 * depend on which other parameters exist or in what order. The fan-in is the product of all axes but the
 * last.
 *
 * - `he-normal`: N(0, 2 / fan-in) (He et al., arXiv:1502.01852)
 * - `glorot-uniform`: U(±√(6 / (fan-in + fan-out))) (Glorot & Bengio 2010)
 */
export function initialValues(
  init: InitialiserName,
  shape: readonly number[],
  random: RandomSource,
  name: string,
): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1)
  if (init === 'zeros') return new Float32Array(size)
  if (init === 'ones') return new Float32Array(size).fill(1)
  const stream = random.stream('init', name)
  const { fanIn, fanOut } = fans(shape)
  if (init === 'he-normal') {
    const deviation = Math.sqrt(2 / fanIn)
    return Float32Array.from({ length: size }, () => deviation * stream.normal())
  }
  const limit = Math.sqrt(6 / (fanIn + fanOut))
  return Float32Array.from({ length: size }, () => limit * (2 * stream.uniform() - 1))
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const receptive = shape.slice(0, -2).reduce((product, n) => product * n, 1)
  const [inputs = 1, outputs = 1] = shape.slice(-2)
  // A depthwise kernel [k, k, C, 1] reads one channel for each output.
  const depthwise = shape.length === 4 && outputs === 1
  return { fanIn: receptive * (depthwise ? 1 : inputs), fanOut: receptive * (depthwise ? 1 : outputs) }
}
