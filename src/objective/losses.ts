import * as tf from '@tensorflow/tfjs-core'

export type LossName = 'cross-entropy' | 'mse' | 'mae' | 'huber'

/**
 * A task loss: outputs [N, O] and targets (class indices [N], or values [N, O]) → the mean over examples,
 * a scalar. Differentiable; call inside a tidy.
 */
export type Loss = (outputs: tf.Tensor2D, targets: tf.Tensor) => tf.Scalar

const mean = (x: tf.Tensor): tf.Scalar => tf.mean(x)

/** −log softmax(outputs)[class], from logits. */
const crossEntropy: Loss = (outputs, targets) => {
  const shifted = tf.sub(outputs, tf.max(outputs, 1, true))
  const logTotal = tf.log(tf.sum(tf.exp(shifted), 1))
  const picked = tf.sum(
    tf.mul(shifted, tf.oneHot(tf.cast(targets as tf.Tensor1D, 'int32'), outputs.shape[1])),
    1,
  )
  return mean(tf.sub(logTotal, picked))
}

const difference = (outputs: tf.Tensor2D, targets: tf.Tensor) =>
  tf.sub(outputs, tf.reshape(targets, outputs.shape))

/** Quadratic up to 1 (in scaled units), linear beyond (Huber 1964). */
const huber: Loss = (outputs, targets) => {
  const size = tf.abs(difference(outputs, targets))
  const inner = tf.minimum(size, 1)
  return mean(tf.sub(tf.mul(inner, size), tf.mul(0.5, tf.square(inner))))
}

/** Every task loss, by name. */
export const losses: Readonly<Record<LossName, Loss>> = {
  'cross-entropy': crossEntropy,
  mse: (outputs, targets) => mean(tf.square(difference(outputs, targets))),
  mae: (outputs, targets) => mean(tf.abs(difference(outputs, targets))),
  huber,
}

/** E_x: the mean squared difference of the decoder's output and the input, [N, …] both. */
export const reconstructionLoss = (decoded: tf.Tensor, input: tf.Tensor): tf.Scalar =>
  mean(tf.square(tf.sub(decoded, tf.reshape(input, decoded.shape))))
