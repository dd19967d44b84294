import * as tf from '@tensorflow/tfjs-core'
import { sumRows, toRows } from './spatial.js'

/** Added to every variance; PyTorch's and DARTS's value. */
export const epsilon = 1e-5

/** A batch's statistics, [C] each; the variance is the biased one. */
export interface BatchStatistics {
  mean: tf.Tensor1D
  variance: tf.Tensor1D
}

/**
 * Normalises each channel by the batch's own mean and variance (Ioffe & Szegedy, arXiv:1502.03167): x [N, …, C] →
 * x̂ of the same shape, without scale and offset. Two sweeps, so mean/std = 10³ loses no digits.
 *
 * Returns x̂ and hands the statistics to `observe` (they live as long as the caller's tidy).
 */
export function normaliseBatch(x: tf.Tensor, observe: (statistics: BatchStatistics) => void): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    const rows = toRows(input)
    const count = rows.shape[0]
    const mean = tf.div(sumRows(rows), count)
    const centred = tf.sub<tf.Tensor2D>(rows, mean)
    const variance = tf.div(sumRows(tf.square(centred)), count)
    const inverse = tf.rsqrt(tf.add(variance, epsilon))
    const normalised = tf.mul<tf.Tensor2D>(centred, inverse)
    observe({ mean: tf.keep(tf.reshape(mean, [-1])), variance: tf.keep(tf.reshape(variance, [-1])) })
    save([normalised, inverse])
    return {
      value: tf.reshape(normalised, input.shape),
      gradFunc: (dy: tf.Tensor, [hat, scale]: tf.Tensor[]) => {
        const d = toRows(dy)
        const meanD = tf.div(sumRows(d), count)
        const meanDHat = tf.div(sumRows(tf.mul<tf.Tensor2D>(d, hat!)), count)
        const dx = tf.mul(tf.sub(tf.sub(d, meanD), tf.mul(hat!, meanDHat)), scale!)
        return tf.reshape(dx, input.shape)
      },
    }
  })
  return operation(x)
}

/** y = x̂ · scale + offset for each channel, with gradients that sum rows fast. */
export function scaleAndShift(x: tf.Tensor, scale: tf.Tensor1D, offset: tf.Tensor1D): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const [input, gamma, beta, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ]
    save([input, gamma])
    return {
      value: tf.add(tf.mul(input, gamma), beta),
      gradFunc: (dy: tf.Tensor, [saved, g]: tf.Tensor[]) => {
        const d = toRows(dy)
        return [
          tf.mul(dy, g!),
          tf.reshape(sumRows(tf.mul(d, toRows(saved!))), gamma.shape),
          tf.reshape(sumRows(d), beta.shape),
        ]
      },
    }
  })
  return operation(x, scale, offset)
}
