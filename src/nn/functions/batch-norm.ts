import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { sumRows, toRows } from './spatial.js'

/** Added to every variance; PyTorch's and DARTS's value. */
export const epsilon = 1e-5

/** A batch's statistics, [C] each; the variance is the biased one. */
export interface BatchStatistics {
  mean: tf.Tensor1D
  variance: tf.Tensor1D
}

/** A trained scale and offset, [C] each. */
export interface Affine {
  readonly scale: tf.Tensor1D
  readonly offset: tf.Tensor1D
}

/**
 * Mean and variance of each channel of x [N, …, C], computed so that no digits are lost if the mean is large.
 */
export function batchStatistics(x: tf.Tensor): BatchStatistics {
  const device = currentDevice()
  if (device.has('SenteiBatchStatistics')) {
    const [mean, variance] = device.run('SenteiBatchStatistics', { x }, {})
    return { mean: mean!, variance: variance! }
  }
  return tf.tidy(() => {
    const rows = toRows(x)
    const count = rows.shape[0]
    const mean = tf.div(sumRows(rows), count)
    const variance = tf.div(sumRows(tf.square(tf.sub<tf.Tensor2D>(rows, mean))), count)
    return { mean: tf.reshape<tf.Rank.R1>(mean, [-1]), variance: tf.reshape<tf.Rank.R1>(variance, [-1]) }
  })
}

/**
 * x̂ = (x − mean) / √(variance + ε), times scale plus offset where given: [N, …, C] → the same
 * (arXiv:1502.03167).
 */
export function normalise(x: tf.Tensor, { mean, variance }: BatchStatistics, affine?: Affine): tf.Tensor {
  const device = currentDevice()
  if (device.has('SenteiNormalise'))
    return device.run('SenteiNormalise', { x, mean, variance, ...affine }, { epsilon })
  const inverse = tf.rsqrt(tf.add(variance, epsilon))
  const factor = affine ? tf.mul(inverse, affine.scale) : inverse
  const scaled = tf.mul(tf.sub(x, mean), factor)
  return affine ? tf.add(scaled, affine.offset) : scaled
}

export interface BatchNormGradients {
  readonly dx: tf.Tensor
  readonly dScale: tf.Tensor1D
  readonly dOffset: tf.Tensor1D
}

/**
 * The gradient of a normalisation by the batch's own statistics (arXiv:1502.03167, §3):
 * dx = scale / σ · (dy − mean(dy) − x̂ · mean(dy ⊙ x̂)), dScale = Σ dy ⊙ x̂, dOffset = Σ dy.
 */
export function batchNormGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  { mean, variance }: BatchStatistics,
  scale?: tf.Tensor1D,
): BatchNormGradients {
  const device = currentDevice()
  if (device.has('SenteiBatchNormGradient')) {
    const [dx, dScale, dOffset] = device.run(
      'SenteiBatchNormGradient',
      { x, dy, mean, variance, scale },
      { epsilon },
    )
    return { dx: dx!, dScale: dScale as tf.Tensor1D, dOffset: dOffset as tf.Tensor1D }
  }
  return tf.tidy(() => {
    const [rows, d] = [toRows(x), toRows(dy)]
    const count = rows.shape[0]
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    const hat = tf.mul<tf.Tensor2D>(tf.sub(rows, mean), inverse)
    const dOffset = sumRows(d)
    const dScale = sumRows(tf.mul(d, hat))
    const centred = tf.sub(tf.sub(d, tf.div(dOffset, count)), tf.mul(hat, tf.div(dScale, count)))
    const dx = tf.mul(centred, scale ? tf.mul(inverse, scale) : inverse)
    return {
      dx: tf.reshape(dx, x.shape),
      dScale: tf.reshape<tf.Rank.R1>(dScale, [-1]),
      dOffset: tf.reshape<tf.Rank.R1>(dOffset, [-1]),
    }
  })
}
