import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { sizeOf, wasmKernel } from '../kernel.js'
import { gradientTarget, type Put } from '../target.js'
import { overGroups } from './groups.js'

export const Mix = 'SenteiMix'
export const MixGradient = 'SenteiMixGradient'

/**
 * The inputs of a mixed operation: gates [M], members x0, x1, …, and for each member with a batch norm its
 * statistics mean0, variance0, ….
 */
type Inputs = Readonly<Record<string, TensorInfo>>

interface MixAttributes {
  readonly members: number
  readonly epsilon: number
}

/** The bytes of an upstream gradient that are processed for one member after another. */
const groupBytes = 1 << 16

/**
 * y = Σ_m g_m · x̂_m, where x̂_m is x_m, normalised if it has a batch norm. It takes one pass and stores no
 * x̂_m.
 */
export const mix = wasmKernel<string, MixAttributes>(Mix, ({ inputs, attrs, device }) => {
  const { shape } = inputs.x0!
  const channels = shape[shape.length - 1]!
  const out = device.output(shape)
  const [table, scales] = device.scratch(attrs.members * 12, attrs.members * channels * 4)
  const rows = Array.from({ length: attrs.members }, (_, m) => {
    const [mean, variance] = [inputs[`mean${m}`], inputs[`variance${m}`]]
    const of = [variance ? device.pointer(variance) : 0, 0, device.pointer(inputs.gates!) + m * 4] as const
    device.kernels.normFactors(...of, scales + m * channels * 4, channels, attrs.epsilon)
    return [device.pointer(inputs[`x${m}`]!), mean ? device.pointer(mean) : 0, scales + m * channels * 4]
  })
  device.write(table, rows.flat())
  device.kernels.mixRows(table, device.pointer(out), attrs.members, sizeOf(shape) / channels, channels)
  return out
})

/**
 * The gradients of `mix`: of every member's x_m, through its batch norm if it has one, then of the gates,
 *
 *   dg_m = ⟨dy, x̂_m⟩,  dx_m = g_m / σ · (dy − mean(dy) − x̂_m · mean(dy ⊙ x̂_m))
 *
 * For a member whose batch norm is `left` to the node that makes x_m, it returns the slope [3, C] that turns
 * dy into dx_m instead. The gradient of a member with a sum, sum0, sum1, …, is added to that sum and not
 * returned.
 */
export const mixGradient = wasmKernel<string, MixAttributes & { readonly left: readonly boolean[] }>(
  MixGradient,
  ({ inputs, attrs, device }) => {
    const dy = inputs.dy!
    const channels = dy.shape[dy.shape.length - 1]!
    const rows = sizeOf(dy.shape) / channels
    const images = Math.max(1, Math.floor((groupBytes * dy.shape[0]!) / (rows * channels * 4)))
    const group = { rows: images * sizeOf(dy.shape.slice(1, -1)), channels }
    const targets = attrs.left.map((left, m) =>
      gradientTarget(device, left ? [3, channels] : dy.shape, group.rows * channels * 4, inputs[`sum${m}`]),
    )
    const dGates = device.output([attrs.members])
    const areas = device.scratch(
      attrs.members * channels * 16,
      channels * 12,
      ...targets.map(({ sizes }) => sizes[0]),
    )
    const [totals, slope] = areas
    const puts = targets.map(({ open }, m) => open([areas[m + 2]!]))
    throughMembers(device, inputs, { puts, totals, group })
    attrs.left.forEach((left, m) => {
      const sums = totals + m * channels * 16
      const dGate = device.pointer(dGates) + m * 4
      const [mean, variance] = [inputs[`mean${m}`], inputs[`variance${m}`]]
      if (!mean || !variance) return device.kernels.roundDouble(sums, dGate)
      const of = [device.pointer(variance), sums] as const
      const gate = device.pointer(inputs.gates!) + m * 4
      const into = left ? device.pointer(targets[m]!.made[0]!) : slope
      device.kernels.normGateGradient(...of, dGate, channels, attrs.epsilon)
      device.kernels.normSlopes(...of, 0, gate, into, rows, channels, attrs.epsilon)
      if (left) return
      const pointers = [inputs[`x${m}`]!, dy].map((tensor) => device.pointer(tensor))
      overGroups(rows, group.rows, (first, count) => {
        const at = first * channels * 4
        const from = pointers.map((pointer) => pointer + at) as [number, number]
        puts[m]!(at, count * channels * 4, (to) =>
          device.kernels.batchNormInput(...from, to, device.pointer(mean), slope, count, channels),
        )
      })
    })
    return [...targets.flatMap(({ made }) => made), dGates]
  },
)

/** The rows that are processed for one member after another. */
interface Group {
  readonly rows: number
  readonly channels: number
}

/**
 * Writes Σ dy and Σ dy ⊙ (x_m − mean_m) of every member with a batch norm to its part of `totals`. For every
 * other member it stores g_m · dy, and writes ⟨dy, x_m⟩ to the beginning of its part. It works group by
 * group, so that dy is read from memory only once.
 */
function throughMembers(
  device: Device,
  inputs: Inputs,
  all: { puts: readonly Put[]; totals: number; group: Group },
): void {
  const { kernels } = device
  const { puts, totals, group } = all
  const { channels } = group
  const [upstream, gates] = [device.pointer(inputs.dy!), device.pointer(inputs.gates!)]
  kernels.clear(totals, puts.length * channels * 16)
  const members = puts.map((put, m) => {
    const mean = inputs[`mean${m}`]
    const to = totals + m * channels * 16
    return { put, x: device.pointer(inputs[`x${m}`]!), mean: mean && device.pointer(mean), to }
  })
  overGroups(sizeOf(inputs.dy!.shape) / channels, group.rows, (first, rows) => {
    const [at, bytes] = [first * channels * 4, rows * channels * 4]
    members.forEach(({ put, x, mean, to }, m) => {
      if (mean !== undefined) kernels.batchNormSums(x + at, upstream + at, mean, rows, channels, to)
      else
        put(at, bytes, (place) => {
          kernels.plainMember(x + at, upstream + at, place, gates + m * 4, bytes / 4, to)
        })
    })
  })
}
