import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { isFloat, wasmKernel, type Four } from '../kernel.js'
import { paddedBytes, paddedInput, paddedOutput, upTo4, type Padded, type WindowInfo } from '../window.js'
import { convWindow } from './conv.js'

export const ActivatedDepthwise = 'SenteiActivatedDepthwise'
export const ActivatedDepthwiseFilter = 'SenteiActivatedDepthwiseFilter'
export const ActivatedDepthwiseInput = 'SenteiActivatedDepthwiseInput'

type DepthwiseAttributes = Parameters<typeof convWindow>[2]

/** One filter a channel: where a channel has several, TensorFlow.js's own kernels are asked. */
const single = (filter: readonly number[]): boolean => filter[3] === 1

/** x [N, H, W, C], filter [h, w, C, 1] → [N, H', W', C]. */
export const depthwise = wasmKernel<'x' | 'filter', DepthwiseAttributes>(
  'DepthwiseConv2dNative',
  ({ inputs: { x, filter }, attrs, device }) =>
    forward(device, convWindow(x.shape as Four, filter.shape as Four, attrs, true), x, filter, plain),
  ({ inputs: { x, filter } }) => isFloat(x) && isFloat(filter) && single(filter.shape),
)

/** ∂/∂x of `DepthwiseConv2dNative`, stride and dilation included. */
export const depthwiseInputGradient = wasmKernel<'dy' | 'filter', DepthwiseAttributes & { inputShape: Four }>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ inputs: { dy, filter }, attrs, device }) => {
    requireSingle(filter.shape)
    return inputGradient(device, convWindow(attrs.inputShape, filter.shape as Four, attrs, true), dy, filter)
  },
)

/** ∂/∂filter of `DepthwiseConv2dNative`; TensorFlow.js's wasm backend has none (tensorflow/tfjs#8474). */
export const depthwiseFilterGradient = wasmKernel<'x' | 'dy', DepthwiseAttributes & { filterShape: Four }>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ inputs: { x, dy }, attrs, device }) => {
    requireSingle(attrs.filterShape)
    const info = convWindow(x.shape as Four, attrs.filterShape, attrs, true)
    return filterGradient(device, info, x, dy, attrs.filterShape, plain)
  },
)

/** Depthwise convolution of ReLU(x), or of ReLU((x − mean) · factor) where these are given. */
export const activatedDepthwise = wasmKernel<'x' | 'filter' | 'mean' | 'factor', DepthwiseAttributes>(
  ActivatedDepthwise,
  ({ inputs: { x, filter, mean, factor }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
    return forward(device, info, x, filter, activated(device, mean, factor))
  },
)

/** ∂/∂filter of `ActivatedDepthwise`. */
export const activatedDepthwiseFilter = wasmKernel<
  'x' | 'dy' | 'mean' | 'factor',
  DepthwiseAttributes & { filterShape: Four }
>(ActivatedDepthwiseFilter, ({ inputs: { x, dy, mean, factor }, attrs, device }) => {
  const info = convWindow(x.shape as Four, attrs.filterShape, attrs, true)
  return filterGradient(device, info, x, dy, attrs.filterShape, activated(device, mean, factor))
})

/** The gradient of what `ActivatedDepthwise` puts into its ReLU: x, or x normalised. */
export const activatedDepthwiseInput = wasmKernel<'x' | 'dy' | 'filter' | 'mean', DepthwiseAttributes>(
  ActivatedDepthwiseInput,
  ({ inputs: { x, dy, filter, mean }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
    return inputGradient(device, info, dy, filter, { x, mean: mean ? device.pointer(mean) : 0 })
  },
)

/** Packs an image into planes with a border. */
type Pack = (device: Device, from: number, to: number, info: WindowInfo, border: Padded) => void

const plain: Pack = ({ kernels }, from, to, { height, width, channels }, border) =>
  kernels.packPlanes(
    from,
    to,
    height,
    width,
    channels,
    border.top,
    border.left,
    border.height,
    border.width,
    1,
    1,
    0,
  )

function activated(device: Device, mean?: TensorInfo, factor?: TensorInfo): Pack {
  const [centre, scale] = [mean, factor].map((tensor) => (tensor ? device.pointer(tensor) : 0)) as [
    number,
    number,
  ]
  return (
    { kernels },
    from,
    to,
    { height, width, channels },
    { top, left, height: paddedHeight, width: paddedWidth },
  ) =>
    kernels.packActivated(
      from,
      to,
      height,
      width,
      channels,
      top,
      left,
      paddedHeight,
      paddedWidth,
      centre,
      scale,
    )
}

const imageBytes = (height: number, width: number, channels: number): number => height * width * channels * 4

function forward(
  device: Device,
  info: WindowInfo,
  x: TensorInfo,
  filter: TensorInfo,
  pack: Pack,
): TensorInfo {
  const { kernels } = device
  const { channels, kernel } = info
  const out = device.output([info.batch, info.outHeight, info.outWidth, channels])
  const border = paddedInput(info)
  const taps = kernel[0] * kernel[1]
  const [packed, planes] = device.scratch(taps * upTo4(channels) * 4, paddedBytes(border, upTo4(channels)))
  kernels.packTaps(device.pointer(filter), packed, taps, channels, 0)
  const [from, to] = [device.pointer(x), device.pointer(out)]
  for (let n = 0; n < info.batch; n++) {
    pack(device, from + n * imageBytes(info.height, info.width, channels), planes, info, border)
    kernels.depthwiseImage(
      planes,
      packed,
      to + n * imageBytes(info.outHeight, info.outWidth, channels),
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
  return out
}

/**
 * Slides the turned kernel over the spread gradient of every image; what stands behind a ReLU is closed
 * while the image is still in the cache.
 */
function inputGradient(
  device: Device,
  info: WindowInfo,
  dy: TensorInfo,
  filter: TensorInfo,
  relu?: { x: TensorInfo; mean: number },
): TensorInfo {
  const { kernels } = device
  const { channels, kernel } = info
  const out = device.output([info.batch, info.height, info.width, channels])
  const { top, left, height, width } = paddedOutput(info)
  const taps = kernel[0] * kernel[1]
  const c4 = upTo4(channels)
  const [packed, planes] = device.scratch(taps * c4 * 4, height * width * c4 * 4)
  kernels.packTaps(device.pointer(filter), packed, taps, channels, 1)
  const [from, to] = [device.pointer(dy), device.pointer(out)]
  const x = relu && device.pointer(relu.x)
  for (let n = 0; n < info.batch; n++) {
    const source = from + n * imageBytes(info.outHeight, info.outWidth, channels)
    const offset = n * imageBytes(info.height, info.width, channels)
    kernels.packPlanes(
      source,
      planes,
      info.outHeight,
      info.outWidth,
      channels,
      top,
      left,
      height,
      width,
      ...info.stride,
      0,
    )
    kernels.depthwiseImage(
      planes,
      packed,
      to + offset,
      channels,
      height,
      width,
      info.height,
      info.width,
      ...kernel,
      1,
      1,
      ...info.dilation,
    )
    if (x !== undefined)
      kernels.maskRows(to + offset, x + offset, relu!.mean, info.height * info.width, channels)
  }
  return out
}

function filterGradient(
  device: Device,
  info: WindowInfo,
  x: TensorInfo,
  dy: TensorInfo,
  filterShape: Four,
  pack: Pack,
): TensorInfo {
  const { kernels } = device
  const { channels, kernel, outHeight, outWidth } = info
  const out = device.output(filterShape)
  const border = paddedInput(info)
  const taps = kernel[0] * kernel[1]
  const c4 = upTo4(channels)
  const [sums, planes, gradient] = device.scratch(
    taps * c4 * 4,
    paddedBytes(border, c4),
    outHeight * outWidth * c4 * 4,
  )
  kernels.clear(sums, taps * c4 * 4)
  const [from, upstream] = [device.pointer(x), device.pointer(dy)]
  for (let n = 0; n < info.batch; n++) {
    pack(device, from + n * imageBytes(info.height, info.width, channels), planes, info, border)
    const above = upstream + n * imageBytes(outHeight, outWidth, channels)
    kernels.packPlanes(above, gradient, outHeight, outWidth, channels, 0, 0, outHeight, outWidth, 1, 1, 0)
    kernels.depthwiseFilterImage(
      planes,
      gradient,
      sums,
      channels,
      border.height,
      border.width,
      outHeight,
      outWidth,
      ...kernel,
      ...info.stride,
      ...info.dilation,
    )
  }
  kernels.unpackTaps(sums, device.pointer(out), taps, channels)
  return out
}

function requireSingle(filter: readonly number[]): void {
  if (!single(filter))
    throw new Error(
      `depthwise gradient: expected a filter [h, w, C, 1], got [${filter.join(', ')}]; use one filter a channel`,
    )
}
