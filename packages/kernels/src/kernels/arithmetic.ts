import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { isFloat, sizeOf, wasmKernel, type WasmKernel } from '../kernel.js'

/** Operations on two tensors, in the order of their codes in `assembly/arithmetic.ts`. */
const pairs = ['Add', 'Sub', 'Multiply', 'RealDiv', 'Minimum', 'Maximum'] as const
/** Functions of single numbers, in the order of their codes there. */
const functions = ['Relu', 'Relu6', 'Neg', 'Square', 'Abs', 'Exp', 'Sigmoid', 'Elu'] as const

type Shape = readonly number[]

/**
 * How an operand fills a result [rows, columns]: it is the whole, one row for all rows, one number for each
 * row, or a single number.
 */
type Lie = 'whole' | 'row' | 'column' | 'number'

function lieOf(shape: Shape, out: Shape): Lie | undefined {
  const padded = [...Array<number>(out.length - shape.length).fill(1), ...shape]
  const agrees = padded.map((size, axis) => size === out[axis])
  if (agrees.every(Boolean)) return 'whole'
  if (sizeOf(shape) === 1) return 'number'
  const first = agrees.findIndex((same, axis) => same && out[axis]! > 1)
  const end = agrees.findLastIndex((same, axis) => same && out[axis]! > 1) + 1
  if (!agrees.slice(first, end).every(Boolean)) return undefined
  if (end === lastLong(out)) return 'row'
  return out.slice(0, first).every((size) => size === 1) ? 'column' : undefined
}

/** The index after the last axis that is longer than 1. */
const lastLong = (shape: Shape): number => shape.findLastIndex((size) => size > 1) + 1

interface Layout {
  readonly out: number[]
  readonly rows: number
  readonly columns: number
  readonly lies: readonly [Lie, Lie]
}

/**
 * The shape that two operands broadcast to, as rows and columns that each operand fills in one of these ways;
 * undefined if that is impossible or the result is empty.
 */
function layoutOf(a: Shape, b: Shape): Layout | undefined {
  const out = backend_util.assertAndGetBroadcastShape([...a], [...b])
  const lies = [lieOf(a, out), lieOf(b, out)] as const
  const total = sizeOf(out)
  const widths = lies.flatMap((lie, i) => {
    const size = sizeOf([a, b][i]!)
    return lie === 'row' ? [size] : lie === 'column' ? [total / size] : []
  })
  const columns = widths[0] ?? total
  if (total === 0 || lies.includes(undefined) || widths.some((width) => width !== columns)) return undefined
  return { out, rows: total / columns, columns, lies: lies as Layout['lies'] }
}

/**
 * The distance in an operand from one row to the next, in bytes, and from one column to the next, in numbers.
 */
const stepsOf = (lie: Lie, columns: number): [row: number, column: number] => [
  lie === 'whole' ? columns * 4 : lie === 'column' ? 4 : 0,
  lie === 'whole' || lie === 'row' ? 1 : 0,
]

/** a ∘ b, where each operand is the whole, a row for all rows, a number for each row, or a single number. */
const pair = (name: (typeof pairs)[number], code: number): WasmKernel =>
  wasmKernel<'a' | 'b'>(
    name,
    ({ inputs: { a, b }, device }) => {
      const { out, rows, columns, lies } = layoutOf(a.shape, b.shape)!
      const y = device.output(out)
      const left = stepsOf(lies[0], columns)
      const right = stepsOf(lies[1], columns)
      const { kernels } = device
      kernels.combine(
        code,
        device.pointer(a),
        ...left,
        device.pointer(b),
        ...right,
        device.pointer(y),
        rows,
        columns,
      )
      return y
    },
    ({ inputs: { a, b } }) => isFloat(a) && isFloat(b) && layoutOf(a.shape, b.shape) !== undefined,
  )

const functionOf = (name: (typeof functions)[number], code: number): WasmKernel =>
  wasmKernel<'x', { alpha?: number }>(
    name,
    ({ inputs: { x }, device }) => {
      const y: TensorInfo = device.output(x.shape)
      device.kernels.transform(code, device.pointer(x), device.pointer(y), sizeOf(x.shape))
      return y
    },
    ({ inputs: { x }, attrs }) => isFloat(x) && (attrs?.alpha ?? 1) === 1,
  )

/** 1 where x > 0, else `alpha`: the slope of an absolute value, for −1. */
const step = wasmKernel<'x', { alpha: number }>(
  'Step',
  ({ inputs: { x }, attrs, device }) => {
    const y = device.output(x.shape)
    device.kernels.step(device.pointer(x), device.pointer(y), sizeOf(x.shape), attrs.alpha)
    return y
  },
  ({ inputs: { x } }) => isFloat(x),
)

/** A copy of a tensor. TensorFlow.js asks for it if a tensor is cloned, or cast to the type that it has. */
const copy = (name: 'Identity' | 'Cast'): WasmKernel =>
  wasmKernel<'x', { dtype?: string }>(
    name,
    ({ inputs: { x }, device }) => {
      const y = device.output(x.shape)
      device.kernels.copyRows(device.pointer(x), device.pointer(y), 1, sizeOf(x.shape) * 4, 0, 0)
      return y
    },
    ({ inputs: { x }, attrs }) => isFloat(x) && (attrs?.dtype ?? 'float32') === 'float32',
  )

/** Arithmetic of tensors like that of TensorFlow.js, whose own kernels cannot be recorded. */
export const arithmetic: readonly WasmKernel[] = [
  copy('Identity'),
  copy('Cast'),
  step,
  ...pairs.map(pair),
  ...functions.map(functionOf),
]
