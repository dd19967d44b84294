import * as tf from '@tensorflow/tfjs-core'
import { losses, type Loss } from './losses.js'

const prefix = 'focal '

/** The focal losses in use, by γ, so that each is one function. */
const known = new Map<number, Loss>()

/**
 * The focal loss −Σ p (1 − q)^γ log q of q = softmax(outputs) (Lin et al., arXiv:1708.02002): examples that are
 * predicted well count less. Targets are classes [N], or probabilities p [N, O] of which a row's sum is its
 * weight. γ = 0 is cross-entropy.
 */
export function focalLoss(gamma: number): Loss {
  const loss = known.get(gamma) ?? focalOf(gamma)
  known.set(gamma, loss)
  return loss
}

const focalOf =
  (gamma: number): Loss =>
  (outputs, targets) => {
    const chosen =
      targets.rank === 2
        ? targets
        : tf.cast(tf.oneHot(tf.cast(targets as tf.Tensor1D, 'int32'), outputs.shape[1]), 'float32')
    const logs = tf.logSoftmax(outputs)
    // Where q is 1, a power below 1 has no slope.
    const rest = tf.maximum(tf.sub(1, tf.exp(logs)), 1e-6)
    return tf.neg(tf.mean(tf.sum(tf.mul(chosen, tf.mul(tf.pow(rest, gamma), logs)), 1)))
  }

/** The name by which a thread finds a loss: that of the registry, or of the focal loss with its γ. */
export function lossNameOf(loss: Loss, all: Readonly<Record<string, Loss>> = losses): string | undefined {
  const name = Object.keys(all).find((each) => all[each] === loss)
  if (name !== undefined) return name
  const gamma = [...known.keys()].find((each) => known.get(each) === loss)
  return gamma === undefined ? undefined : `${prefix}${gamma}`
}

/** The loss of a name that `lossNameOf` gave. */
export const lossNamed = (name: string, all: Readonly<Record<string, Loss>> = losses): Loss =>
  name.startsWith(prefix) ? focalLoss(Number(name.slice(prefix.length))) : all[name]!

/** Whether a loss is one of classes, with logits as outputs. */
export const isOfClasses = (loss: Loss): boolean =>
  ['cross-entropy', 'weighted-cross-entropy'].includes(lossNameOf(loss) ?? '') ||
  [...known.values()].includes(loss)
