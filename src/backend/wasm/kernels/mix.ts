import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { sizeOf, wasmKernel } from '../kernel.js'
import { inverseDeviation, normSlope, writeSlope } from '../norm-slope.js'

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
 *
 * Of a member whose batch norm is `left` to whoever made x_m, the slope [3, C] that turns dy into dx_m.
 */
export const mixGradient = wasmKernel<string, MixAttributes & { readonly left: readonly boolean[] }>(
  MixGradient,
  ({ inputs, attrs, device }) => {
    const dy = inputs.dy!
    const channels = dy.shape[dy.shape.length - 1]!
    const outputs = attrs.left.map((left) => device.output(left ? [3, channels] : dy.shape))
    const dGates = device.output([attrs.members])
    const [totals, slope] = device.scratch(attrs.members * channels * 16, channels * 12)
    const gates = Float64Array.from(device.numbers(inputs.gates!))
    const rows = sizeOf(dy.shape) / channels
    const { kernels } = device
    sumMembers(device, inputs, attrs.members, totals)
    const products = gates.map((gate, m) => {
      const to = device.pointer(outputs[m]!)
      const mean = inputs[`mean${m}`]
      if (!mean) return plainMember(device, inputs[`x${m}`]!, dy, gate, to, slope)
      const sums = device.readDoubles(totals + m * channels * 16, channels * 2)
      const inverse = inverseDeviation(device, inputs[`variance${m}`]!, attrs.epsilon)
      const { [m]: left } = attrs.left
      writeSlope(
        device,
        left ? to : slope,
        normSlope(inverse, sums, rows, () => gate),
      )
      if (!left) {
        const from = [device.pointer(inputs[`x${m}`]!), device.pointer(dy)] as const
        kernels.batchNormInput(...from, to, device.pointer(mean), slope, rows, channels)
      }
      return inverse.reduce((sum, s, c) => sum + sums[channels + c]! * s, 0)
    })
    device.numbers(dGates).set(products)
    return [...outputs, dGates]
  },
)

/** Σ dy and Σ dy ⊙ (x_m − mean_m) of every member with a batch norm; by image, so that dy is read once for all of them. */
function sumMembers(device: Device, inputs: Inputs, members: number, totals: number): void {
  const { shape } = inputs.dy!
  const channels = shape[shape.length - 1]!
  const rows = sizeOf(shape.slice(1, -1))
  const upstream = device.pointer(inputs.dy!)
  device.kernels.clear(totals, members * channels * 16)
  const normed = Array.from({ length: members }, (_, m) => m).flatMap((m) => {
    const mean = inputs[`mean${m}`]
    if (!mean) return []
    return { x: device.pointer(inputs[`x${m}`]!), mean: device.pointer(mean), to: totals + m * channels * 16 }
  })
  for (let n = 0; n < shape[0]!; n++) {
    const at = n * rows * channels * 4
    for (const { x, mean, to } of normed)
      device.kernels.batchNormSums(x + at, upstream + at, mean, rows, channels, to)
  }
}

/** dx = g · dy, written at `to`; returns ⟨dy, x⟩. `scratch` has place for two numbers. */
function plainMember(
  device: Device,
  x: TensorInfo,
  dy: TensorInfo,
  gate: number,
  to: number,
  scratch: number,
): number {
  const size = sizeOf(dy.shape)
  const upstream = device.pointer(dy)
  device.write(scratch, [gate], 'f32')
  device.kernels.scaleBy(upstream, scratch, to, size)
  device.write(scratch + 4, [device.pointer(x)])
  device.kernels.gateGradients(scratch + 4, upstream, scratch, 1, size)
  return new Float32Array(device.memory.buffer, scratch, 1)[0]!
}
