import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/** A tensor of random numbers. If a step is being recorded, every replay calls `draw` for new ones. */
export function drawn(shape: number[], draw: () => Float32Array): tf.Tensor {
  const tensor = tf.tensor(draw(), shape)
  currentDevice().recorder?.refill(tensor, draw)
  return tensor
}
