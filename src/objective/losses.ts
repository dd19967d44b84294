import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { KernelAttributes } from '../backend/kernel-table.js'

export type LossName = 'cross-entropy' | 'weighted-cross-entropy' | 'mse' | 'mae' | 'huber'

/**
 * A task loss: outputs [N, O] and targets (class indices [N] or probabilities [N, O], or values [N, O]) → the
 * mean over examples, a scalar. Differentiable; call it inside a tidy.
 */
export type Loss = (outputs: tf.Tensor2D, targets: tf.Tensor) => tf.Scalar

const mean = (x: tf.Tensor): tf.Scalar => tf.mean(x)

/**
 * −Σ p log softmax(outputs), from logits. If classes are given, p is 1 for an example's class and 0 for the
 * others. Its gradient is (softmax(outputs) − p) / N, which takes a third of the operations that
 * TensorFlow.js's tape would use. If it is `weighted`, the probabilities of a row have the sum w of its weight,
 * and the gradient is (w softmax(outputs) − p) / N.
 */
const crossEntropyOf =
  (weighted: boolean): Loss =>
  (outputs, targets) => {
    if (currentDevice().has('SenteiCrossEntropy'))
      return byKernel('SenteiCrossEntropy', outputs, targets, weighted ? { weighted } : {})
    const [rows, classes] = outputs.shape
    const of = tf.customGrad((x, save) => {
      const chosen =
        targets.rank === 2
          ? targets
          : tf.cast(tf.oneHot(tf.cast(targets as tf.Tensor1D, 'int32'), classes), 'float32')
      const shifted = tf.sub(x as tf.Tensor2D, tf.max(x as tf.Tensor2D, 1, true))
      const powers = tf.exp(shifted)
      const totals = tf.sum(powers, 1, true)
      ;(save as tf.GradSaveFunc)([powers, totals, chosen])
      const logs = weighted ? tf.mul(tf.log(totals), tf.sum(chosen, 1, true)) : tf.log(totals)
      const value = mean(tf.sub(logs, tf.sum(tf.mul(shifted, chosen), 1, true)))
      const gradFunc = (dy: tf.Tensor, [p, total, one]: tf.Tensor[]) => {
        const shares = tf.div(p!, total!)
        const said = weighted ? tf.mul(shares, tf.sum(one!, 1, true)) : shares
        return tf.mul(tf.sub(said, one!), tf.div(dy, rows))
      }
      return { value, gradFunc }
    })
    return of(outputs)
  }

/** Computes a loss by a kernel that gives its value and gradient at once. */
function byKernel<Name extends 'SenteiCrossEntropy' | 'SenteiDifferenceLoss'>(
  kernel: Name,
  outputs: tf.Tensor,
  targets: tf.Tensor,
  attrs: KernelAttributes<Name>,
): tf.Scalar {
  const of = tf.customGrad((x, save) => {
    const [value, gradient] = currentDevice().run(kernel, { outputs: x as tf.Tensor, targets }, attrs)
    ;(save as tf.GradSaveFunc)([gradient!])
    return { value: value as tf.Scalar, gradFunc: (dy, [slope]: tf.Tensor[]) => tf.mul(slope!, dy) }
  })
  return of(outputs) as tf.Scalar
}

/** A loss of the difference of outputs and targets: by a kernel if there is one, else `composed`. */
const onDifference =
  (
    kind: KernelAttributes<'SenteiDifferenceLoss'>['kind'],
    composed: (outputs: tf.Tensor, targets: tf.Tensor) => tf.Scalar,
  ) =>
  (outputs: tf.Tensor, targets: tf.Tensor): tf.Scalar =>
    currentDevice().has('SenteiDifferenceLoss')
      ? byKernel('SenteiDifferenceLoss', outputs, targets, { kind })
      : composed(outputs, targets)

const difference = (outputs: tf.Tensor, targets: tf.Tensor) =>
  tf.sub(outputs, tf.reshape(targets, outputs.shape))

/** Quadratic up to 1 (in scaled units), linear beyond (Huber 1964). */
const huber = onDifference('huber', (outputs, targets) => {
  const size = tf.abs(difference(outputs, targets))
  const inner = tf.minimum(size, 1)
  return mean(tf.sub(tf.mul(inner, size), tf.mul(0.5, tf.square(inner))))
})

const squared = onDifference('squared', (outputs, targets) => mean(tf.square(difference(outputs, targets))))

/** Every task loss, by name. */
export const losses: Readonly<Record<LossName, Loss>> = {
  'cross-entropy': crossEntropyOf(false),
  'weighted-cross-entropy': crossEntropyOf(true),
  mse: squared,
  mae: onDifference('absolute', (outputs, targets) => mean(tf.abs(difference(outputs, targets)))),
  huber,
}

/** E_x: the mean squared difference of the decoder's output and the input, [N, …] both. */
export const reconstructionLoss = (decoded: tf.Tensor, input: tf.Tensor): tf.Scalar => squared(decoded, input)
