import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/training-kernels.js'

/** A tensor of random numbers. Where a step is recorded, `draw` is called again before each replay. */
export function drawn(shape: number[], draw: () => Float32Array): tf.Tensor {
  const tensor = tf.tensor(draw(), shape)
  currentDevice()?.refill(tensor, draw)
  return tensor
}
