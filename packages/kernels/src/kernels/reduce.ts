import { util, type TensorInfo } from '@tensorflow/tfjs-core'
import { isFloat, sizeOf, wasmKernel, type WasmKernel } from '../kernel.js'

export const Spread = 'SenteiSpread'

/**
 * The sizes [outer, mid, inner] before, in and after reduced axes that are adjacent; undefined if they are
 * not.
 */
export function around(
  shape: readonly number[],
  axes: readonly number[],
): [number, number, number] | undefined {
  const sorted = [...axes].sort((a, b) => a - b)
  const [first, last] = [sorted[0] ?? 0, sorted[sorted.length - 1] ?? -1]
  if (last - first + 1 !== sorted.length) return undefined
  return [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first, last + 1)), sizeOf(shape.slice(last + 1))]
}

interface ReduceAttributes {
  readonly axis: number | number[] | null
  readonly keepDims?: boolean
}

const axesOf = (x: TensorInfo, { axis }: ReduceAttributes): number[] => util.parseAxisParam(axis!, x.shape)

/** Σ or mean over adjacent axes, with float32 partial sums and float64 totals, without a transposition. */
const reduction = (name: 'Sum' | 'Mean'): WasmKernel =>
  wasmKernel<'x', ReduceAttributes>(
    name,
    ({ inputs: { x }, attrs, device }) => {
      const axes = axesOf(x, attrs)
      const [outer, mid, inner] = around(x.shape, axes)!
      const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size))
      const out = device.output(attrs.keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i)))
      const [totals] = device.scratch(inner * 8)
      const scale = name === 'Mean' ? 1 / mid : 1
      device.kernels.sumMiddle(device.pointer(x), device.pointer(out), outer, mid, inner, scale, totals)
      return out
    },
    // Empty tensors are included, because for them TensorFlow.js 4.22 leaves the result uninitialised.
    ({ inputs: { x }, attrs }) => isFloat(x) && around(x.shape, axesOf(x, attrs)) !== undefined,
  )

export const sum = reduction('Sum')
export const mean = reduction('Mean')

/**
 * dy [outer, inner] → dx of a shape [outer, mid, inner], each number multiplied by a scale: the gradient of
 * sums and means.
 */
export const spread = wasmKernel<'dy', { shape: number[]; sizes: [number, number, number]; scale: number }>(
  Spread,
  ({ inputs: { dy }, attrs: { shape, sizes, scale }, device }) => {
    const out = device.output(shape)
    device.kernels.spreadMiddle(device.pointer(dy), device.pointer(out), ...sizes, scale)
    return out
  },
)
