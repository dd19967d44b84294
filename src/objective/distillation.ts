import * as tf from '@tensorflow/tfjs-core'
import { isOfClasses } from './focal.js'
import { losses, type Loss } from './losses.js'

/**
 * How much a network learns from the outputs of another one. The share `unexplained` is computed from how
 * well the other one predicts: it is the part of the targets' variance that it leaves unexplained, at most a
 * half.
 */
export interface DistillationOptions {
  readonly share: number | 'unexplained'
  readonly temperature: number
  /** The same share for a network that no other one teaches, of boosted trees; 0 by default. */
  readonly trees?: number | undefined
  /** How many networks teach, by the mean of their outputs; 1 by default. */
  readonly teachers?: number | undefined
  /** How many rows of `data.unlabelled` there are in a batch for each measured one; 1 by default. */
  readonly unlabelled?: number | undefined
  /** The rows that are made for the network to learn what the teacher says of them; none by default. */
  readonly made?: { readonly rows: number; readonly by: 'swap' | 'mixup'; readonly share: number } | undefined
}

/** The same settings with the share as a number. */
export interface Distillation {
  /** The share of the task's loss that compares with the teacher instead of the targets: 0 to 1. */
  readonly share: number
  /**
   * The divisor of logits, which gives weight to the teacher's less likely classes. It has no effect on
   * numbers.
   */
  readonly temperature: number
}

/**
 * (1 − s) E(y, t) + s M(y, y*) for outputs y, targets t and a teacher's outputs y*, [N, O]. For classes M is
 * T² times the cross-entropy of softmax(y / T) against softmax(y* / T), so that its gradient is of the size
 * of E's (Hinton et al., arXiv:1503.02531); for numbers M is E(y, y*). Weights of
 * classes and a focal loss are E's alone: the teacher has learnt by them already. Call it inside a tidy.
 */
export function distilled(loss: Loss, { share, temperature }: Distillation, taught: tf.Tensor2D): Loss {
  const isClass = isOfClasses(loss)
  const plain = losses['cross-entropy']
  const match = (outputs: tf.Tensor2D): tf.Scalar => {
    if (!isClass) return loss(outputs, taught)
    const soft = tf.softmax(tf.div(taught, temperature))
    return tf.mul(plain(tf.div(outputs, temperature), soft), temperature ** 2)
  }
  return (outputs, targets) =>
    tf.add(tf.mul(loss(outputs, targets), 1 - share), tf.mul(match(outputs), share))
}
