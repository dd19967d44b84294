import * as tf from '@tensorflow/tfjs-core'
import { epsilon, type BatchStatistics } from './batch-norm.js'
import { sumRows, toRows } from './spatial.js'

/*
 * A batch norm without scale and offset turns the gradient d behind it into
 *
 *   dx = factor · (d − share − (x − mean) · slope)
 *
 * in front of it (arXiv:1502.03167, §3). Factor, share and slope, a number a channel each, are known to whoever has d and x
 * at hand; the subtraction can wait until somebody reads x and d anyway. On wasm the kernels do this by themselves.
 */

/** The batch norm after y [N, …, C], if the node that makes y computes its gradient: its mean and slope [3, C]. */
export interface NormBehind {
  readonly y: tf.Tensor4D
  readonly mean: tf.Tensor1D
  readonly slope: tf.Tensor2D
}

/** Factor, share and slope, [3, C], for d and x [N, …, C]; d counts times `scale`, a scalar. */
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

/** dx [N, …, C] out of d, x and a slope [3, C]. */
export function applySlope(
  x: tf.Tensor,
  d: tf.Tensor,
  { mean, slope }: { readonly mean: tf.Tensor1D; readonly slope: tf.Tensor2D },
): tf.Tensor {
  const [factor, share, tilt] = tf.unstack(slope)
  return tf.mul(tf.sub(tf.sub(d, share!), tf.mul(tf.sub(x, mean), tilt!)), factor!)
}
