import * as tf from '@tensorflow/tfjs-core'
import { epsilon, type BatchStatistics } from './batch-norm.js'
import { sumRows, toRows } from './spatial.js'

/*
 * A batch norm without scale and offset turns the gradient d after it into
 *
 *   dx = factor · (d − share − (x − mean) · slope)
 *
 * before it (arXiv:1502.03167, §3). Factor, share and slope, one number per channel each, can be computed
 * where d and x are available; the subtraction can wait until another node reads x and d anyway. Fused
 * kernels do this themselves.
 */

/**
 * The batch norm after y [N, …, C] when the node that makes y computes its gradient: its mean and slope
 * [3, C].
 */
export interface NormBehind {
  readonly y: tf.Tensor4D
  readonly mean: tf.Tensor1D
  readonly slope: tf.Tensor2D
}

/** Factor, share and slope, [3, C], for d and x [N, …, C], where d counts `scale` times. */
export function normSlope(
  x: tf.Tensor,
  d: tf.Tensor,
  { mean, variance }: BatchStatistics,
  scale: tf.Scalar = tf.scalar(1),
): tf.Tensor2D {
  const [rows, gradient] = [tf.sub<tf.Tensor2D>(toRows(x), mean), toRows(d)]
  const inverse = tf.rsqrt(tf.add(variance, epsilon))
  const products = tf.mul(sumRows(tf.mul(gradient, rows)), tf.square(inverse))
  return tf.stack([
    tf.mul(inverse, scale),
    tf.div(tf.reshape(sumRows(gradient), mean.shape), rows.shape[0]),
    tf.div(tf.reshape(products, mean.shape), rows.shape[0]),
  ]) as tf.Tensor2D
}

/** Computes dx [N, …, C] from d, x and a slope [3, C]. */
export function applySlope(
  x: tf.Tensor,
  d: tf.Tensor,
  { mean, slope }: { readonly mean: tf.Tensor1D; readonly slope: tf.Tensor2D },
): tf.Tensor {
  const [factor, share, tilt] = tf.unstack(slope)
  return tf.mul(tf.sub(tf.sub(d, share!), tf.mul(tf.sub(x, mean), tilt!)), factor!)
}
