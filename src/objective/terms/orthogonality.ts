import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/**
 * R = ¼‖WᵀW − I‖² with the kernel as W [fan-in, out]; ¼‖WWᵀ − I‖² if out > fan-in, so that R = 0 can be
 * reached. This is the soft orthogonality of Bansal, Chen & Wang (arXiv:1810.09102) with a factor ¼, so that
 * the gradient is W (WᵀW − I). Columns are driven to length 1. A depthwise kernel [k, k, C, 1] has one filter
 * per channel and nothing to be orthogonal to: R = 0.
 */
export const orthogonality: Term = {
  name: 'orthogonality',
  description: '¼‖WᵀW − I‖² of every kernel: filters of length 1 that do not overlap; unit: none',
  weights: {
    value(w) {
      const matrix = matrixOf(w)
      if (!matrix) return tf.scalar(0)
      return tf.mul(0.25, tf.sum(tf.square(excess(matrix))))
    },
    gradient(w) {
      const matrix = matrixOf(w)
      if (!matrix) return tf.zerosLike(w)
      const over = excess(matrix)
      const gradient = isWide(matrix) ? tf.matMul(over, matrix) : tf.matMul(matrix, over)
      return tf.reshape(gradient, w.shape)
    },
  },
}

/** The kernel as [fan-in, out]; undefined if it is depthwise. */
function matrixOf(w: tf.Tensor): tf.Tensor2D | undefined {
  const out = w.shape[w.rank - 1]!
  if (w.rank > 2 && out === 1) return undefined
  return tf.reshape(w, [w.size / out, out])
}

const isWide = ({ shape: [fanIn, out] }: tf.Tensor2D): boolean => out > fanIn

/** The Gram matrix of the shorter side minus the identity. */
function excess(matrix: tf.Tensor2D): tf.Tensor2D {
  const wide = isWide(matrix)
  // Both operands of the product would share one buffer; a copy keeps them apart.
  const gram = tf.matMul(matrix, tf.add(matrix, 0), !wide, wide)
  return tf.sub(gram, tf.eye(gram.shape[0]))
}
