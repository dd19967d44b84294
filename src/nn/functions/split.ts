import * as tf from '@tensorflow/tfjs-core'
import { SplitFeatures } from '../../backend/wasm/kernels/concat.js'
import { accelerated, runKernel } from './kernel.js'

/** Splits the last axis into parts of the given widths. */
export const splitFeatures = (x: tf.Tensor, widths: readonly number[]): tf.Tensor[] =>
  accelerated()
    ? runKernel<tf.Tensor[]>(SplitFeatures, { x }, { widths })
    : tf.split(x, [...widths], x.shape.length - 1)
