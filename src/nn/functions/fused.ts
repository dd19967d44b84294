import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { batchNormGradient, epsilon, normalise, type BatchStatistics } from './batch-norm.js'
import { kernelAttributes, depthwiseConv2d, depthwiseFilterGradient, depthwiseInputGradient } from './conv.js'
import { normSlope } from './norm-slope.js'
import { reluGradient } from './relu.js'
import type { Window } from './spatial.js'
import { gateGradients, scaledBy, weightedSum } from './weighted-sum.js'

/*
 * Operations that replace several nodes and store nothing between them. Each is one kernel where the device has
 * it; elsewhere it is composed.
 */

type Image = tf.Tensor4D
/** A window as kernels take it that have a batch norm in front. */
export const fusedAttributes = (window: Window) => ({ ...kernelAttributes(window), epsilon })

/** Depthwise convolution of ReLU(x), or of ReLU of x normalised by `norm`. */
export function activatedDepthwise(x: Image, kernel: Image, window: Window, norm?: BatchStatistics): Image {
  const device = currentDevice()
  if (device.has('SenteiActivatedDepthwise'))
    return device.run(
      'SenteiActivatedDepthwise',
      { x, filter: kernel, ...norm },
      fusedAttributes(window),
    ) as Image
  return depthwiseConv2d(activated(x, norm), kernel, window)
}

/** ReLU(x), or ReLU of x normalised by `norm`. */
export const activated = (x: Image, norm?: BatchStatistics): Image =>
  tf.relu(norm ? normalise(x, norm) : x) as Image

/**
 * The wanted gradients of `activatedDepthwise`: of x, through the batch norm if there is one, and of the
 * kernel. A kernel adds the gradient of x to `sum` if given, and then returns that; not with a batch norm.
 */
export function activatedDepthwiseGradient(
  x: Image,
  dy: Image,
  kernel: Image,
  window: Window,
  norm: BatchStatistics | undefined,
  wanted: { readonly input: boolean; readonly filters: boolean },
  sum?: tf.Tensor,
): { dx?: tf.Tensor; dKernel?: tf.Tensor } {
  const device = currentDevice()
  if (device.has('SenteiActivatedDepthwiseGradient')) {
    const inputs = { x, dy, filter: kernel, ...norm, sum }
    const gradients = device.run('SenteiActivatedDepthwiseGradient', inputs, {
      ...fusedAttributes(window),
      ...wanted,
    })
    return {
      ...(wanted.input && { dx: sum ?? gradients[0] }),
      ...(wanted.filters && { dKernel: gradients.at(-1) }),
    }
  }
  const open = activated(x, norm)
  const inside = () => reluGradient(depthwiseInputGradient(dy, kernel, x.shape, window), open)
  return {
    ...(wanted.input && { dx: norm ? batchNormGradient(x, inside(), norm).dx : inside() }),
    ...(wanted.filters && { dKernel: depthwiseFilterGradient(open, dy, window) }),
  }
}

type Norms = readonly (BatchStatistics | undefined)[]

/** y = Σ_m g_m · x̂_m, where x̂_m is x_m, normalised if the member has a batch norm. */
export function normalisedSum(xs: readonly tf.Tensor[], gates: tf.Tensor1D, norms: Norms): tf.Tensor {
  const device = currentDevice()
  if (device.has('SenteiMix'))
    return device.run('SenteiMix', { ...named(xs, norms), gates }, { members: xs.length, epsilon })
  return weightedSum(
    xs.map((x, m) => (norms[m] ? normalise(x, norms[m]) : x)),
    gates,
  )
}

/**
 * The gradients of `normalisedSum`: of each x_m, through its batch norm, and of the gates. For a member whose
 * batch norm is `left` to the node that makes x_m, it returns the slope [3, C] that turns dy into dx_m
 * instead. A kernel adds dx_m to the member's sum if given, and then returns that.
 */
export function normalisedSumGradient(
  xs: readonly tf.Tensor[],
  dy: tf.Tensor,
  gates: tf.Tensor1D,
  norms: Norms,
  left: readonly boolean[],
  sums: readonly (tf.Tensor | undefined)[] = [],
): { members: tf.Tensor[]; dGates: tf.Tensor1D } {
  const device = currentDevice()
  if (device.has('SenteiMixGradient')) {
    const totals = Object.fromEntries(sums.map((sum, m) => [`sum${m}`, sum]))
    const inputs = { ...named(xs, norms), gates, dy, ...totals }
    const made = device.run('SenteiMixGradient', inputs, { members: xs.length, left, epsilon })
    return { members: xs.map((_, m) => sums[m] ?? made.shift()!), dGates: made.pop() as tf.Tensor1D }
  }
  const hats = xs.map((x, m) => (norms[m] ? normalise(x, norms[m]) : x))
  const members = xs.map((x, m) => {
    if (left[m]) return normSlope(x, dy, norms[m]!, tf.reshape(tf.slice(gates, m, 1), []))
    const d = scaledBy(dy, gates, m)
    return norms[m] ? batchNormGradient(x, d, norms[m]).dx : d
  })
  return { members, dGates: gateGradients(hats, dy) }
}

function named(xs: readonly tf.Tensor[], norms: Norms): Record<string, tf.Tensor> {
  const entries = xs.flatMap((x, m): [string, tf.Tensor][] => {
    const norm = norms[m]
    return [
      [`x${m}`, x],
      ...(norm
        ? ([
            [`mean${m}`, norm.mean],
            [`variance${m}`, norm.variance],
          ] as [string, tf.Tensor][])
        : []),
    ]
  })
  return Object.fromEntries(entries)
}
