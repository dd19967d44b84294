import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { sizeOf, wasmKernel } from '../kernel.js'
import { openPlans } from '../plan.js'
import { gradientTarget } from '../target.js'
import { overGroups } from './groups.js'

export const ReluGradient = 'SenteiReluGradient'
export const ActivationGradient = 'SenteiActivationGradient'
export const WeightedSum = 'SenteiWeightedSum'
export const GateGradients = 'SenteiGateGradients'
export const ScaleBy = 'SenteiScaleBy'

/** dy where 0 < y < limit, else 0; no limit by default. It is added to `sum` if given. */
export const reluGradient = wasmKernel<'dy' | 'y' | 'sum', { limit?: number }>(
  ReluGradient,
  ({ inputs, attrs: { limit = Infinity }, device }) =>
    gradientInParts(device, inputs, (dy, y, to, count) => {
      device.kernels.reluGradient(dy, y, to, count, limit)
    }),
)

/** Activation functions whose gradient reads the output, in the order of their codes in the assembly. */
const kinds = ['tanh', 'elu', 'sigmoid'] as const

/** dy · f'(x) of the activation function `of`, from its output y. It is added to `sum` if given. */
export const activationGradient = wasmKernel<'dy' | 'y' | 'sum', { of: (typeof kinds)[number] }>(
  ActivationGradient,
  ({ inputs, attrs: { of }, device }) =>
    gradientInParts(device, inputs, (dy, y, to, count) => {
      device.kernels.activationGradient(kinds.indexOf(of), dy, y, to, count)
    }),
)

/** The bytes of a gradient that are computed before they are added to a sum. */
const partBytes = 1 << 14

/** Computes a gradient from dy and y, part by part if it is added to `sum`. */
function gradientInParts(
  device: Device,
  { dy, y, sum }: Readonly<Record<'dy' | 'y' | 'sum', TensorInfo>>,
  compute: (dy: number, y: number, to: number, count: number) => void,
): TensorInfo | TensorInfo[] {
  const total = sizeOf(dy.shape) * 4
  const part = sum ? partBytes : total
  const target = gradientTarget(device, dy.shape, part, sum)
  const [put] = openPlans(device, target)
  const [upstream, output] = [device.pointer(dy), device.pointer(y)]
  overGroups(total, part, (at, bytes) => {
    put(at, bytes, (to) => {
      compute(upstream + at, output + at, to, bytes / 4)
    })
  })
  return target.made[0] ?? []
}

/** Writes the addresses of the tensors `x0`, `x1`, … to memory at `at`, and returns their number. */
function addresses(device: Device, inputs: Readonly<Record<string, TensorInfo>>, at: number): number {
  const list = Object.keys(inputs).filter((name) => name.startsWith('x'))
  device.write(
    at,
    list.map((_, m) => device.pointer(inputs[`x${m}`]!)),
  )
  return list.length
}

/** The bytes for the addresses of at most 1024 tensors. */
const tableBytes = 4 * 1024

/** Σ_m g[m] · x_m in one pass: inputs x0, x1, … of one shape, and gates g. */
export const weightedSum = wasmKernel<string>(WeightedSum, ({ inputs, device }) => {
  const out = device.output(inputs.x0!.shape)
  const [table] = device.scratch(tableBytes)
  const members = addresses(device, inputs, table)
  device.kernels.weightedSum(
    table,
    device.pointer(inputs.gates!),
    device.pointer(out),
    members,
    sizeOf(out.shape),
  )
  return out
})

/** ⟨dy, x_m⟩ for each of x0, x1, …: [M]. */
export const gateGradients = wasmKernel<string>(GateGradients, ({ inputs, device }) => {
  const { dy } = inputs
  const out = device.output([Object.keys(inputs).length - 1])
  const [table] = device.scratch(tableBytes)
  const members = addresses(device, inputs, table)
  device.kernels.gateGradients(table, device.pointer(dy!), device.pointer(out), members, sizeOf(dy!.shape))
  return out
})

/** x · gates[index]. */
export const scaleBy = wasmKernel<'x' | 'gates', { index: number }>(
  ScaleBy,
  ({ inputs: { x, gates }, attrs, device }) => {
    const out = device.output(x.shape)
    device.kernels.scaleBy(
      device.pointer(x),
      device.pointer(gates) + attrs.index * 4,
      device.pointer(out),
      sizeOf(x.shape),
    )
    return out
  },
)
