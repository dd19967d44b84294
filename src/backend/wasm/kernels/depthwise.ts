import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { isFloat, wasmKernel, type Four } from '../kernel.js'
import { paddedBytes, paddedInput, paddedOutput, upTo4, type WindowInfo } from '../window.js'
import { convWindow } from './conv.js'

type DepthwiseAttributes = Parameters<typeof convWindow>[2]

/** One filter a channel: where a channel has several, TensorFlow.js's own kernels are asked. */
const single = (filter: readonly number[]): boolean => filter[3] === 1

/** x [N, H, W, C], filter [h, w, C, 1] → [N, H', W', C]. */
export const depthwise = wasmKernel<'x' | 'filter', DepthwiseAttributes>(
  'DepthwiseConv2dNative',
  ({ inputs: { x, filter }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
    const out = device.output([info.batch, info.outHeight, info.outWidth, info.channels])
    slide(device, info, x, filter, out, false)
    return out
  },
  ({ inputs: { x, filter } }) => isFloat(x) && isFloat(filter) && single(filter.shape),
)

/** ∂/∂x of `DepthwiseConv2dNative`, stride and dilation included. */
export const depthwiseInputGradient = wasmKernel<'dy' | 'filter', DepthwiseAttributes & { inputShape: Four }>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ inputs: { dy, filter }, attrs, device }) => {
    requireSingle(filter.shape)
    const info = convWindow(attrs.inputShape, filter.shape as Four, attrs, true)
    const out = device.output(attrs.inputShape)
    const border = paddedOutput(info)
    const turned: WindowInfo = {
      ...info,
      height: info.outHeight,
      width: info.outWidth,
      outHeight: info.height,
      outWidth: info.width,
      stride: [1, 1],
      pad: [border.top, border.left],
    }
    slide(device, turned, dy, filter, out, true, info.stride)
    return out
  },
)

/** Slides one filter a channel over every image; `flip` turns it round, `spread` puts zeros between positions. */
function slide(
  device: Device,
  info: WindowInfo,
  x: TensorInfo,
  filter: TensorInfo,
  out: TensorInfo,
  flip: boolean,
  spread: readonly [number, number] = [1, 1],
) {
  const { kernels } = device
  const { channels, kernel } = info
  const border = paddedInput(info)
  const taps = kernel[0] * kernel[1]
  const [packed, planes] = device.scratch(taps * upTo4(channels) * 4, paddedBytes(border, upTo4(channels)))
  kernels.packTaps(device.pointer(filter), packed, taps, channels, Number(flip))
  const [from, to] = [device.pointer(x), device.pointer(out)]
  for (let n = 0; n < info.batch; n++) {
    const source = from + n * info.height * info.width * channels * 4
    kernels.packPlanes(
      source,
      planes,
      info.height,
      info.width,
      channels,
      border.top,
      border.left,
      border.height,
      border.width,
      spread[0],
      spread[1],
      0,
    )
    kernels.depthwiseImage(
      planes,
      packed,
      to + n * info.outHeight * info.outWidth * channels * 4,
      channels,
      border.height,
      border.width,
      info.outHeight,
      info.outWidth,
      ...kernel,
      ...info.stride,
      ...info.dilation,
    )
  }
}

/** ∂/∂filter of `DepthwiseConv2dNative`; TensorFlow.js's wasm backend has none (tensorflow/tfjs#8474). */
export const depthwiseFilterGradient = wasmKernel<'x' | 'dy', DepthwiseAttributes & { filterShape: Four }>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ inputs: { x, dy }, attrs, device }) => {
    requireSingle(attrs.filterShape)
    const info = convWindow(x.shape as Four, attrs.filterShape, attrs, true)
    const { kernels } = device
    const { channels, kernel } = info
    const out = device.output(attrs.filterShape)
    const border = paddedInput(info)
    const taps = kernel[0] * kernel[1]
    const c4 = upTo4(channels)
    const [sums, planes, gradient] = device.scratch(
      taps * c4 * 4,
      paddedBytes(border, c4),
      info.outHeight * info.outWidth * c4 * 4,
    )
    kernels.clear(sums, taps * c4 * 4)
    const [from, upstream] = [device.pointer(x), device.pointer(dy)]
    for (let n = 0; n < info.batch; n++) {
      const source = from + n * info.height * info.width * channels * 4
      const above = upstream + n * info.outHeight * info.outWidth * channels * 4
      kernels.packPlanes(
        source,
        planes,
        info.height,
        info.width,
        channels,
        border.top,
        border.left,
        border.height,
        border.width,
        1,
        1,
        0,
      )
      kernels.packPlanes(
        above,
        gradient,
        info.outHeight,
        info.outWidth,
        channels,
        0,
        0,
        info.outHeight,
        info.outWidth,
        1,
        1,
        0,
      )
      kernels.depthwiseFilterImage(
        planes,
        gradient,
        sums,
        channels,
        border.height,
        border.width,
        info.outHeight,
        info.outWidth,
        ...kernel,
        ...info.stride,
        ...info.dilation,
      )
    }
    kernels.unpackTaps(sums, device.pointer(out), taps, channels)
    return out
  },
)

function requireSingle(filter: readonly number[]): void {
  if (!single(filter))
    throw new Error(
      `depthwise gradient: expected a filter [h, w, C, 1], got [${filter.join(', ')}]; use one filter a channel`,
    )
}
