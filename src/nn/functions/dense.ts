import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/** y = x · W + b: x [N, I], W [I, O], b [O] → [N, O]. */
export function dense(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return tf.add(tf.matMul(x, kernel), bias)
}

/** dy · Wᵀ. */
export const denseInputGradient = (dy: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D =>
  tf.matMul(dy, kernel, false, true)

/** xᵀ · dy. */
export const denseKernelGradient = (x: tf.Tensor2D, dy: tf.Tensor2D): tf.Tensor2D =>
  tf.matMul(x, dy, true, false)

/** Σ dy over the batch. Without a kernel for that it is a product with ones, because a sum would transpose first. */
export const denseBiasGradient = (dy: tf.Tensor2D): tf.Tensor1D =>
  currentDevice().has('Sum')
    ? tf.sum(dy, 0)
    : tf.reshape(tf.matMul(tf.ones([1, dy.shape[0]]), dy), [dy.shape[1]])
