import * as tf from '@tensorflow/tfjs-core'
import { imageShape, primitive } from './types.js'

/** An image without its first rows and columns: attrs top, left. */
export const crop = primitive({
  kind: 'crop',
  shape: ([x], { top, left }) => {
    const [h, w, c] = imageShape('crop', x!)
    return [h - (top as number), w - (left as number), c]
  },
  forward: ({ inputs, attrs }) => {
    const [n, h, w, c] = inputs[0]!.shape as [number, number, number, number]
    const [top, left] = [attrs.top as number, attrs.left as number]
    return tf.slice(inputs[0]!, [0, top, left, 0], [n, h - top, w - left, c])
  },
  backward: ({ attrs, dy }) => ({
    inputs: [
      tf.pad(dy, [
        [0, 0],
        [attrs.top as number, 0],
        [attrs.left as number, 0],
        [0, 0],
      ]),
    ],
  }),
})
