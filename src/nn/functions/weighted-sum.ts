import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

const named = (xs: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(xs.map((x, m) => [`x${m}`, x]))

/** The mixed operation's sum y = Σ_m g_m · x_m: tensors x_m of one shape, weights g [M]. */
export function weightedSum(xs: readonly tf.Tensor[], gates: tf.Tensor1D): tf.Tensor {
  const device = currentDevice()
  if (device.has('SenteiWeightedSum')) return device.run('SenteiWeightedSum', { ...named(xs), gates }, {})
  return xs.map((x, m) => tf.mul(x, element(gates, m))).reduce((total, x) => tf.add(total, x))
}

/** ∂/∂g of `weightedSum`: the inner products of dy and each x_m, [M]. */
export function gateGradients(xs: readonly tf.Tensor[], dy: tf.Tensor): tf.Tensor1D {
  const device = currentDevice()
  if (device.has('SenteiGateGradients')) return device.run('SenteiGateGradients', { ...named(xs), dy }, {})
  return tf.concat(xs.map((x) => tf.reshape<tf.Rank.R1>(tf.sum(tf.mul(dy, x)), [1])))
}

/** g_m · dy: the gradient of x_m. */
export function scaledBy(dy: tf.Tensor, gates: tf.Tensor1D, m: number): tf.Tensor {
  const device = currentDevice()
  if (device.has('SenteiScaleBy')) return device.run('SenteiScaleBy', { x: dy, gates }, { index: m })
  return tf.mul(dy, element(gates, m))
}

/** g[m] as a scalar tensor, without reading it back from the device. */
function element(g: tf.Tensor1D, m: number): tf.Tensor {
  return tf.reshape(tf.slice(g, [m], [1]), [])
}
