import * as tf from '@tensorflow/tfjs-core'
import { Crop, CropGradient } from '../../backend/wasm/kernels/crop.js'
import { accelerated, runKernel } from './kernel.js'

/** x [N, H, W, C] without its first `top` rows and `left` columns. */
export function crop(x: tf.Tensor4D, top: number, left: number): tf.Tensor4D {
  if (accelerated()) return runKernel(Crop, { x }, { top, left })
  const [n, h, w, c] = x.shape
  return tf.slice(x, [0, top, left, 0], [n, h - top, w - left, c])
}

/** ∂/∂x of `crop`: dy with zeros before it. */
export function cropGradient(dy: tf.Tensor4D, top: number, left: number): tf.Tensor4D {
  const [n, h, w, c] = dy.shape
  if (accelerated())
    return runKernel(CropGradient, { dy }, { top, left, inputShape: [n, h + top, w + left, c] })
  return tf.pad(dy, [
    [0, 0],
    [top, 0],
    [left, 0],
    [0, 0],
  ])
}
