import * as tf from '@tensorflow/tfjs-core'
import { ReluGradient } from '../../backend/wasm/kernels/elementwise.js'
import { accelerated, runKernel } from './kernel.js'

/** dy where the output y of a ReLU is positive, else 0. */
export const reluGradient = (dy: tf.Tensor, y: tf.Tensor): tf.Tensor =>
  accelerated() ? runKernel<tf.Tensor>(ReluGradient, { dy, y }) : tf.mul(dy, tf.step(y))
