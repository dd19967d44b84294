import { slice_util } from '@tensorflow/tfjs-core'
import { isFloat, sizeOf, wasmKernel } from '../kernel.js'

export const SplitFeatures = 'SenteiSplitFeatures'

/** Concatenates tensors along the last axis. TensorFlow.js's own kernel copies row by row from JavaScript. */
export const concatFeatures = wasmKernel<string, { axis: number }>(
  'Concat',
  ({ inputs, device }) => {
    const parts = Object.values(inputs)
    const widths = parts.map(({ shape }) => shape[shape.length - 1]!)
    const width = widths.reduce((sum, each) => sum + each, 0)
    const out = device.output([...parts[0]!.shape.slice(0, -1), width])
    let to = device.pointer(out)
    parts.forEach((part, i) => {
      if (widths[i] === 0) return
      const bytes = widths[i]! * 4
      device.kernels.copyRows(
        device.pointer(part),
        to,
        sizeOf(part.shape) / widths[i]!,
        bytes,
        bytes,
        width * 4,
      )
      to += bytes
    })
    return out
  },
  ({ inputs, attrs: { axis } }) =>
    Object.values(inputs).every(
      (part) =>
        isFloat(part) &&
        part.shape.length > 0 &&
        sizeOf(part.shape.slice(0, -1)) > 0 &&
        (axis + part.shape.length) % part.shape.length === part.shape.length - 1,
    ),
)

interface SliceAttributes {
  readonly begin: number | number[]
  /** The part ends where the vector ends if this is absent or −1. */
  readonly size?: number | number[]
}

/** A part of a vector. */
export const slice = wasmKernel<'x', SliceAttributes>(
  'Slice',
  ({ inputs: { x }, attrs, device }) => {
    const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size)
    slice_util.assertParamsValid(x, begin!, size!)
    const out = device.output(size!)
    device.kernels.copyRows(device.pointer(x) + begin![0]! * 4, device.pointer(out), 1, size![0]! * 4, 0, 0)
    return out
  },
  ({ inputs: { x } }) => isFloat(x) && x.shape.length === 1,
)

/** The inverse of a concatenation: splits a tensor's last axis into parts of the given widths. */
export const splitFeatures = wasmKernel<'x', { widths: readonly number[] }>(
  SplitFeatures,
  ({ inputs: { x }, attrs: { widths }, device }) => {
    const width = x.shape[x.shape.length - 1]!
    const outer = x.shape.slice(0, -1)
    const parts = widths.map((each) => device.output([...outer, each]))
    let from = device.pointer(x)
    parts.forEach((part, i) => {
      const bytes = widths[i]! * 4
      device.kernels.copyRows(from, device.pointer(part), sizeOf(outer), bytes, width * 4, bytes)
      from += bytes
    })
    return parts
  },
)
