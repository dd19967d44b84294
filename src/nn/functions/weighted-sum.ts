import * as tf from '@tensorflow/tfjs-core'
import { GateGradients, ScaleBy, WeightedSum } from '../../backend/wasm/kernels/elementwise.js'
import { accelerated, runKernel } from './kernel.js'

const named = (xs: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(xs.map((x, m) => [`x${m}`, x]))

/** The mixed operation's sum y = Σ_m g_m · x_m: tensors x_m of one shape, weights g [M]. */
export function weightedSum(xs: readonly tf.Tensor[], gates: tf.Tensor1D): tf.Tensor {
  if (accelerated()) return runKernel<tf.Tensor>(WeightedSum, { ...named(xs), gates })
  return xs.map((x, m) => tf.mul(x, element(gates, m))).reduce((total, x) => tf.add(total, x))
}

/** ∂/∂g of `weightedSum`: the inner products of dy and each x_m, [M]. */
export function gateGradients(xs: readonly tf.Tensor[], dy: tf.Tensor): tf.Tensor1D {
  if (accelerated()) return runKernel<tf.Tensor1D>(GateGradients, { ...named(xs), dy })
  return tf.concat(xs.map((x) => tf.reshape<tf.Rank.R1>(tf.sum(tf.mul(dy, x)), [1])))
}

/** g_m · dy: the gradient of x_m. */
export function scaledBy(dy: tf.Tensor, gates: tf.Tensor1D, m: number): tf.Tensor {
  if (accelerated()) return runKernel<tf.Tensor>(ScaleBy, { x: dy, gates }, { index: m })
  return tf.mul(dy, element(gates, m))
}

/** g[m] as a scalar tensor, without reading it back from the device. */
function element(g: tf.Tensor1D, m: number): tf.Tensor {
  return tf.reshape(tf.slice(g, [m], [1]), [])
}
