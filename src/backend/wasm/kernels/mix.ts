import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { sizeOf, wasmKernel } from '../kernel.js'

export const Mix = 'SenteiMix'
export const MixGradient = 'SenteiMixGradient'

/**
 * Inputs of a mixed operation: gates [M], members x0, x1, …, and for each member with a batch norm its
 * statistics mean0, variance0, ….
 */
type Inputs = Readonly<Record<string, TensorInfo>>

interface MixAttributes {
  readonly members: number
  readonly epsilon: number
}

/** Of each member's channels: the factor gate / √(variance + ε), or the gate where there is no batch norm. */
function factors(
  device: Device,
  inputs: Inputs,
  { members, epsilon }: MixAttributes,
  channels: number,
): Float64Array {
  const gates = device.numbers(inputs.gates!)
  const values = new Float64Array(members * channels)
  for (let m = 0; m < members; m++) {
    const variance = inputs[`variance${m}`] && device.numbers(inputs[`variance${m}`]!)
    for (let c = 0; c < channels; c++)
      values[m * channels + c] = gates[m]! * (variance ? 1 / Math.sqrt(variance[c]! + epsilon) : 1)
  }
  return values
}

/** y = Σ_m g_m · x̂_m, where x̂_m is x_m, or x_m normalised: one pass, and no x̂_m is written down. */
export const mix = wasmKernel<string, MixAttributes>(Mix, ({ inputs, attrs, device }) => {
  const { shape } = inputs.x0!
  const channels = shape[shape.length - 1]!
  const out = device.output(shape)
  const [table, scales] = device.scratch(attrs.members * 12, attrs.members * channels * 4)
  device.write(scales, factors(device, inputs, attrs, channels), 'f32')
  const rows = Array.from({ length: attrs.members }, (_, m) => {
    const mean = inputs[`mean${m}`]
    return [device.pointer(inputs[`x${m}`]!), mean ? device.pointer(mean) : 0, scales + m * channels * 4]
  })
  device.write(table, rows.flat())
  device.kernels.mixRows(table, device.pointer(out), attrs.members, sizeOf(shape) / channels, channels)
  return out
})

/**
 * The gradients of `mix`: of every member's x_m, through its batch norm where it has one, then of the gates,
 *
 *   dg_m = ⟨dy, x̂_m⟩,  dx_m = g_m / σ · (dy − mean(dy) − x̂_m · mean(dy ⊙ x̂_m))
 */
export const mixGradient = wasmKernel<string, MixAttributes>(MixGradient, ({ inputs, attrs, device }) => {
  const dy = inputs.dy!
  const channels = dy.shape[dy.shape.length - 1]!
  const size = sizeOf(dy.shape)
  const outputs = Array.from({ length: attrs.members }, () => device.output(dy.shape))
  const dGates = device.output([attrs.members])
  const [totals, factor, share, slope] = device.scratch(
    Math.max(2 * channels, attrs.members) * 8,
    channels * 4,
    channels * 4,
    channels * 4,
  )
  const gates = Float64Array.from(device.numbers(inputs.gates!))
  const { kernels } = device
  const upstream = device.pointer(dy)
  const products = gates.map((gate, m) => {
    const x = device.pointer(inputs[`x${m}`]!)
    const dx = device.pointer(outputs[m]!)
    const mean = inputs[`mean${m}`]
    if (!mean) {
      device.write(factor, [gate], 'f32')
      kernels.scaleBy(upstream, factor, dx, size)
      device.write(totals, [x])
      kernels.gateGradients(totals, upstream, factor, 1, size)
      return new Float32Array(device.memory.buffer, factor, 1)[0]!
    }
    const rows = size / channels
    kernels.batchNormSums(x, upstream, device.pointer(mean), rows, channels, totals)
    const sums = device.readDoubles(totals, channels * 2)
    const inverse = Float64Array.from(
      device.numbers(inputs[`variance${m}`]!),
      (v) => 1 / Math.sqrt(v + attrs.epsilon),
    )
    device.write(
      factor,
      inverse.map((s) => s * gate),
      'f32',
    )
    device.write(
      share,
      inverse.map((_, c) => sums[c]! / rows),
      'f32',
    )
    device.write(
      slope,
      inverse.map((s, c) => (sums[channels + c]! * s * s) / rows),
      'f32',
    )
    kernels.batchNormInput(x, upstream, dx, device.pointer(mean), factor, share, slope, rows, channels)
    return inverse.reduce((sum, s, c) => sum + sums[channels + c]! * s, 0)
  })
  device.numbers(dGates).set(products)
  return [...outputs, dGates]
})
