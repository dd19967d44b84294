import * as tf from '@tensorflow/tfjs-core'
import {
  ActivatedDepthwise,
  ActivatedDepthwiseGradient,
} from '../../backend/wasm/kernels/activated-depthwise.js'
import { Mix, MixGradient } from '../../backend/wasm/kernels/mix.js'
import { batchNormGradient, epsilon, normalise, type BatchStatistics } from './batch-norm.js'
import { depthwiseConv2d, depthwiseFilterGradient, depthwiseInputGradient } from './conv.js'
import { accelerated, runKernel } from './kernel.js'
import { normSlope } from './norm-slope.js'
import { reluGradient } from './relu.js'
import type { Window } from './spatial.js'
import { gateGradients, scaledBy, weightedSum } from './weighted-sum.js'

/*
 * Operations that replace several nodes and store nothing between them. On wasm each is one kernel; elsewhere
 * it is composed, so that any backend can provide its own later.
 */

type Image = tf.Tensor4D
/** A window as our kernels take it. */
export const attributes = ({ stride, dilation }: Window) => ({
  strides: [...stride],
  dilations: [...dilation],
  pad: 'same',
  epsilon,
})

/** Depthwise convolution of ReLU(x), or of ReLU of x normalised by `norm`. */
export function activatedDepthwise(x: Image, kernel: Image, window: Window, norm?: BatchStatistics): Image {
  if (accelerated()) return runKernel(ActivatedDepthwise, { x, filter: kernel, ...norm }, attributes(window))
  return depthwiseConv2d(activated(x, norm), kernel, window)
}

/** ReLU(x), or ReLU of x normalised by `norm`. */
export const activated = (x: Image, norm?: BatchStatistics): Image =>
  tf.relu(norm ? normalise(x, norm) : x) as Image

/**
 * The wanted gradients of `activatedDepthwise`: of x, through the batch norm if there is one, and of the
 * kernel. On wasm, without a batch norm, the gradient of x is added to `sum` if given, which is then
 * returned.
 */
export function activatedDepthwiseGradient(
  x: Image,
  dy: Image,
  kernel: Image,
  window: Window,
  norm: BatchStatistics | undefined,
  wanted: { readonly input: boolean; readonly own: boolean },
  sum?: tf.Tensor,
): { dx?: tf.Tensor; dKernel?: tf.Tensor } {
  if (accelerated()) {
    const inputs = { x, dy, filter: kernel, ...norm, sum }
    const found = runKernel<tf.Tensor[]>(ActivatedDepthwiseGradient, inputs, {
      ...attributes(window),
      ...wanted,
    })
    return { ...(wanted.input && { dx: sum ?? found[0] }), ...(wanted.own && { dKernel: found.at(-1) }) }
  }
  const open = activated(x, norm)
  const inside = () => reluGradient(depthwiseInputGradient(dy, kernel, x.shape, window), open)
  return {
    ...(wanted.input && { dx: norm ? batchNormGradient(x, inside(), norm).dx : inside() }),
    ...(wanted.own && { dKernel: depthwiseFilterGradient(open, dy, window) }),
  }
}

type Norms = readonly (BatchStatistics | undefined)[]

/** y = Σ_m g_m · x̂_m, where x̂_m is x_m, normalised if the member has a batch norm. */
export function normalisedSum(xs: readonly tf.Tensor[], gates: tf.Tensor1D, norms: Norms): tf.Tensor {
  if (accelerated())
    return runKernel<tf.Tensor>(Mix, { ...named(xs, norms), gates }, { members: xs.length, epsilon })
  return weightedSum(
    xs.map((x, m) => (norms[m] ? normalise(x, norms[m]) : x)),
    gates,
  )
}

/**
 * The gradients of `normalisedSum`: of each x_m, through its batch norm, and of the gates. For a member whose
 * batch norm is `left` to the node that makes x_m, it returns the slope [3, C] that turns dy into dx_m
 * instead. On wasm dx_m is added to the member's sum if given, which is then returned.
 */
export function normalisedSumGradient(
  xs: readonly tf.Tensor[],
  dy: tf.Tensor,
  gates: tf.Tensor1D,
  norms: Norms,
  left: readonly boolean[],
  sums: readonly (tf.Tensor | undefined)[] = [],
): { members: tf.Tensor[]; dGates: tf.Tensor1D } {
  if (accelerated()) {
    const totals = Object.fromEntries(sums.map((sum, m) => [`sum${m}`, sum]))
    const inputs = { ...named(xs, norms), gates, dy, ...totals }
    const made = runKernel<tf.Tensor[]>(MixGradient, inputs, { members: xs.length, left, epsilon })
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
