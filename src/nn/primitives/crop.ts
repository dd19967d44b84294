import type * as tf from '@tensorflow/tfjs-core'
import { crop as cropOp, cropGradient } from '../ops/crop.js'
import { imageShape, primitive } from './types.js'

/** An image without its first rows and columns: attrs top, left. */
export const crop = primitive({
  kind: 'crop',
  shape: ([x], { top, left }) => {
    const [h, w, c] = imageShape('crop', x!)
    return [h - (top as number), w - (left as number), c]
  },
  forward: ({ inputs, attrs: { top, left } }) =>
    cropOp(inputs[0] as tf.Tensor4D, top as number, left as number),
  backward: ({ attrs: { top, left }, dy }) => ({
    inputs: [cropGradient(dy as tf.Tensor4D, top as number, left as number)],
  }),
})
