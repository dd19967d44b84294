import * as tf from '@tensorflow/tfjs-core'

/**
 * The mixed operation's sum y = Σ_m g_m · x_m: tensors x_m of one shape, weights g [M]. The gradient of g_m
 * is the inner product of dy and x_m.
 */
export function weightedSum(inputs: readonly tf.Tensor[], weights: tf.Tensor1D): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc
    const tensors = args.slice(0, -1) as tf.Tensor[]
    save(tensors)
    return {
      value: sum(tensors.slice(0, -1), tensors[tensors.length - 1] as tf.Tensor1D),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const g = saved[saved.length - 1] as tf.Tensor1D
        const xs = saved.slice(0, -1)
        const dx = xs.map((_, m) => tf.mul(dy, element(g, m)))
        const dg = tf.concat(xs.map((x) => tf.reshape(tf.sum(tf.mul(dy, x)), [1])))
        return [...dx, dg]
      },
    }
  })
  return operation(...inputs, weights)
}

function sum(xs: readonly tf.Tensor[], g: tf.Tensor1D): tf.Tensor {
  return xs.map((x, m) => tf.mul(x, element(g, m))).reduce((total, x) => tf.add(total, x))
}

/** g[m] as a scalar tensor, without reading it back. */
function element(g: tf.Tensor1D, m: number): tf.Tensor {
  return tf.reshape(tf.slice(g, [m], [1]), [])
}
