/** One parameter with what its step needs: `decay` joins the gradient, `threshold` is the proximal step's, `rate` a factor. */
export interface Parameter {
  readonly value: Float64Array
  readonly gradient: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
  readonly decay: number
  readonly threshold: number
  readonly rate: number
}

/** Soft threshold, the proximal operator of threshold · |w|. */
export const shrink = (w: number, threshold: number): number =>
  Math.sign(w) * Math.max(0, Math.abs(w) - threshold)

/** v ← m v + (s g + d w), w ← shrink(w − η v), in place. */
export function sgd(
  parameter: Parameter,
  { rate, momentum, scale }: Record<'rate' | 'momentum' | 'scale', number>,
) {
  const { value, gradient, first, decay, threshold, rate: factor } = parameter
  value.forEach((w, i) => {
    first[i] = momentum * first[i]! + scale * gradient[i]! + decay * w
    value[i] = shrink(w - factor * rate * first[i], threshold)
  })
}

/** Adam's step t = 1, 2, … (arXiv:1412.6980, algorithm 1) of s g + d w, and then the proximal step, in place. */
export function adam(
  parameter: Parameter,
  t: number,
  options: Record<'rate' | 'beta1' | 'beta2' | 'epsilon' | 'scale', number>,
) {
  const { rate, beta1, beta2, epsilon, scale } = options
  const { value, gradient, first, second, decay, threshold, rate: factor } = parameter
  value.forEach((w, i) => {
    const g = scale * gradient[i]! + decay * w
    first[i] = beta1 * first[i]! + (1 - beta1) * g
    second[i] = beta2 * second[i]! + (1 - beta2) * g * g
    const corrected = first[i] / (1 - beta1 ** t)
    const root = Math.sqrt(second[i] / (1 - beta2 ** t))
    value[i] = shrink(w - (factor * rate * corrected) / (root + epsilon), threshold)
  })
}
