import * as tf from '@tensorflow/tfjs-core'
import type { ParameterStore } from '../../nn/parameter-store.js'
import type { Part } from '../../objective/terms/types.js'
import { disposeGradients } from '../../train/gradient-memory.js'
import type { Gradients } from '../../train/shard.js'

/** Gradients of the two losses at the store's current weights. */
export interface UnrolledPasses {
  readonly train: (parts: readonly Part[]) => Gradients
  readonly arch: (parts: readonly Part[]) => Gradients
}

/** The distance, over all weights together, by which they are moved for the finite difference. */
const distance = 0.01

/**
 * The gradient of α one step ahead, DARTS's second order (arXiv:1806.09055, eq. 7 and 8): with w' = w − ξ ∇w
 * L_train(w, α) and v = ∇w' L_arch(w', α),
 *
 *     ∇α L_arch(w', α) − ξ (∇α L_train(w + ε v, α) − ∇α L_train(w − ε v, α)) / 2ε,   ε = 0.01 / ‖v‖
 *
 * It takes four passes where first order takes one. The weights are restored afterwards. The caller owns the
 * result, whose weights and statistics are those at w'.
 */
export function unrolledGradients(
  weights: ParameterStore,
  rate: number,
  { train, arch }: UnrolledPasses,
): Gradients {
  const step = train(['weights'])
  const start = new Map([...step.weights.keys()].map((name) => [name, tf.clone(weights.get(name))]))
  const moveBy = (direction: ReadonlyMap<string, tf.Tensor>, factor: number) => {
    for (const [name, from] of start) {
      const by = direction.get(name)
      weights.set(name, by ? tf.tidy(() => tf.add(from, tf.mul(by, factor))) : tf.clone(from))
    }
  }
  try {
    moveBy(step.weights, -rate)
    const ahead = arch(['weights', 'gates'])
    const norm = Math.sqrt(
      [...ahead.weights.values()].reduce(
        (sum, gradient) => sum + tf.tidy(() => tf.sum(tf.square(gradient)).dataSync()[0]!),
        0,
      ),
    )
    if (norm === 0) return ahead
    const epsilon = distance / norm
    const [up, down] = [epsilon, -epsilon].map((factor) => {
      moveBy(ahead.weights, factor)
      return train(['gates'])
    }) as [Gradients, Gradients]
    const alphas = new Map(
      [...ahead.alphas].map(([group, gradient]) => {
        const corrected = tf.tidy(() => {
          const difference = tf.sub(up.alphas.get(group)!, down.alphas.get(group)!)
          return tf.sub<tf.Tensor1D>(gradient, tf.mul(difference, rate / (2 * epsilon)))
        })
        if (!ahead.giveBack) gradient.dispose()
        return [group, corrected]
      }),
    )
    disposeGradients(up)
    disposeGradients(down)
    const { giveBack } = ahead
    if (!giveBack) return { ...ahead, alphas }
    return {
      ...ahead,
      alphas,
      giveBack() {
        tf.dispose([...alphas.values()])
        giveBack()
      },
    }
  } finally {
    for (const [name, from] of start) weights.set(name, from)
    disposeGradients(step)
  }
}
