import type { RandomStream } from './random.js'

/**
 * A draw from the distribution Beta(a, a) for a > 0: near 0 or 1 for small a, near ½ for large a. It is
 * computed from logarithms, because the gamma draws of a small a are too small for a float.
 */
export function symmetricBeta(stream: RandomStream, a: number): number {
  const [x, y] = [logGamma(stream, a), logGamma(stream, a)]
  return 1 / (1 + Math.exp(y - x))
}

/**
 * The logarithm of a draw from Gamma(a, 1): Marsaglia and Tsang, "A simple method for generating gamma
 * variables" (2000), where a draw for a is one for a + 1 times u^(1 / a).
 */
function logGamma(stream: RandomStream, a: number): number {
  const boost = Math.log(1 - stream.uniform()) / a
  const d = a + 2 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = stream.normal()
    const v = (1 + c * x) ** 3
    const u = 1 - stream.uniform()
    if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v) + boost
  }
}
