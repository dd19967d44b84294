import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/** x [N, H, W, C] without its first `top` rows and `left` columns. */
export function crop(x: tf.Tensor4D, top: number, left: number): tf.Tensor4D {
  const device = currentDevice()
  if (device.has('SenteiCrop')) return device.run('SenteiCrop', { x }, { top, left }) as tf.Tensor4D
  const [n, h, w, c] = x.shape
  return tf.slice(x, [0, top, left, 0], [n, h - top, w - left, c])
}

/** ∂/∂x of `crop`: dy with zeros before it. */
export function cropGradient(dy: tf.Tensor4D, top: number, left: number): tf.Tensor4D {
  const [n, h, w, c] = dy.shape
  const device = currentDevice()
  const attrs = { top, left, inputShape: [n, h + top, w + left, c] }
  if (device.has('SenteiCropGradient')) return device.run('SenteiCropGradient', { dy }, attrs) as tf.Tensor4D
  return tf.pad(dy, [
    [0, 0],
    [top, 0],
    [left, 0],
    [0, 0],
  ])
}
