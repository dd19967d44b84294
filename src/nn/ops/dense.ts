import * as tf from '@tensorflow/tfjs-core'
import { sumRows } from './spatial.js'

/** y = x · W + b: x [N, I], W [I, O], b [O] → [N, O]. */
export function dense(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const operation = tf.customGrad((...args) => {
    const [input, weights, offset, save] = args as unknown as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ]
    save([input, weights])
    return {
      value: tf.add(tf.matMul(input, weights), offset),
      gradFunc: (dy: tf.Tensor, [saved, w]: tf.Tensor[]) => [
        tf.matMul(dy, tf.transpose(w!)),
        tf.matMul(tf.transpose(saved!), dy),
        tf.reshape(sumRows(dy as tf.Tensor2D), offset.shape),
      ],
    }
  })
  return operation(x, kernel, bias) as tf.Tensor2D
}
