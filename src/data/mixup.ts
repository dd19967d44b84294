import { symmetricBeta } from '../base/beta.js'
import type { RandomStream } from '../base/random.js'

/** The inputs and targets of a batch, row by row. Targets are numbers, or probabilities of classes. */
export interface Examples {
  readonly inputs: Float32Array
  readonly targets: Float32Array
}

/**
 * Mixup (Zhang et al., arXiv:1710.09412): every example x, y of a batch becomes λ x + (1 − λ) x′, λ y + (1 − λ)
 * y′ with another example of the batch, in an order drawn at random, and one λ of Beta(α, α) for the batch.
 */
export function mixup(
  { inputs, targets }: Examples,
  rows: number,
  alpha: number,
  draw: RandomStream,
): Examples {
  const share = symmetricBeta(draw, alpha)
  const partners = draw.permutation(rows)
  return { inputs: mixed(inputs, partners, share), targets: mixed(targets, partners, share) }
}

function mixed(values: Float32Array, partners: Uint32Array, share: number): Float32Array {
  const length = values.length / partners.length
  const result = new Float32Array(values.length)
  partners.forEach((partner, row) => {
    for (let k = 0; k < length; k++)
      result[row * length + k] =
        share * values[row * length + k]! + (1 - share) * values[partner * length + k]!
  })
  return result
}
