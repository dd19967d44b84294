import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/** Splits the last axis into parts of the given widths. */
export function splitFeatures(x: tf.Tensor, widths: readonly number[]): tf.Tensor[] {
  const device = currentDevice()
  if (device.has('SenteiSplitFeatures')) return device.run('SenteiSplitFeatures', { x }, { widths })
  return tf.split(x, [...widths], x.shape.length - 1)
}
