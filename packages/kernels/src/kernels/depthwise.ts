import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { isFloat, wasmKernel, type Four } from '../kernel.js'
import { paddedBytes, paddedInput, paddedOutput, upTo4, type Padded, type WindowInfo } from '../window.js'
import { convWindow } from './conv.js'

export type DepthwiseAttributes = Parameters<typeof convWindow>[2]

/** Whether there is one filter per channel. If a channel has several, TensorFlow.js's own kernels run. */
const single = (filter: readonly number[]): boolean => filter[3] === 1

/** x [N, H, W, C], filter [h, w, C, 1] → [N, H', W', C]. */
export const depthwise = wasmKernel<'x' | 'filter', DepthwiseAttributes>(
  'DepthwiseConv2dNative',
  ({ inputs: { x, filter }, attrs, device }) =>
    forward(device, convWindow(x.shape as Four, filter.shape as Four, attrs, true), x, filter),
  ({ inputs: { x, filter } }) => isFloat(x) && isFloat(filter) && single(filter.shape),
)

/** ∂/∂x of `DepthwiseConv2dNative`, for any stride and dilation. */
export const depthwiseInputGradient = wasmKernel<'dy' | 'filter', DepthwiseAttributes & { inputShape: Four }>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ inputs: { dy, filter }, attrs, device }) => {
    requireSingle(filter.shape)
    return inputGradient(device, convWindow(attrs.inputShape, filter.shape as Four, attrs, true), dy, filter)
  },
)

/** ∂/∂filter of `DepthwiseConv2dNative`, which TensorFlow.js's wasm backend lacks (tensorflow/tfjs#8474). */
export const depthwiseFilterGradient = wasmKernel<'x' | 'dy', DepthwiseAttributes & { filterShape: Four }>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ inputs: { x, dy }, attrs, device }) => {
    requireSingle(attrs.filterShape)
    const info = convWindow(x.shape as Four, attrs.filterShape, attrs, true)
    return filterGradient(device, info, x, dy, attrs.filterShape)
  },
)

/** Lays out an image in planes. Their border is cleared before, once for all images. */
export type Pack = (from: number, to: number, info: WindowInfo, border: Padded) => void

/** Packs an image unchanged. */
const plain =
  ({ kernels }: Device): Pack =>
  (from, to, { height: h, width: w, channels }, { top, left, height, width }) =>
    kernels.packPlanes(from, to, h, w, channels, top, left, height, width, 1, 1)

export const imageBytes = (height: number, width: number, channels: number): number =>
  height * width * channels * 4

/** The areas for the packed kernel and the planes of a forward pass, and `more` further bytes. */
export function forwardScratch(device: Device, info: WindowInfo, more = 0): [number, number, number] {
  const c4 = upTo4(info.channels)
  return device.scratch(info.kernel[0] * info.kernel[1] * c4 * 4, paddedBytes(paddedInput(info), c4), more)
}

function forward(device: Device, info: WindowInfo, x: TensorInfo, filter: TensorInfo): TensorInfo {
  const out = device.output([info.batch, info.outHeight, info.outWidth, info.channels])
  const [packed, planes] = forwardScratch(device, info)
  device.kernels.packTaps(device.pointer(filter), packed, info.kernel[0] * info.kernel[1], info.channels, 0)
  slideImages(device, info, {
    x: device.pointer(x),
    out: device.pointer(out),
    packed,
    planes,
    pack: plain(device),
  })
  return out
}

/**
 * Convolves every image. Each is packed right before it is used, so that the same planes stay in the cache.
 */
export function slideImages(
  device: Device,
  info: WindowInfo,
  { x, out, packed, planes, pack }: { x: number; out: number; packed: number; planes: number; pack: Pack },
): void {
  const { channels } = info
  clearPlanes(device, planes, paddedInput(info), channels)
  for (let n = 0; n < info.batch; n++) {
    pack(x + n * imageBytes(info.height, info.width, channels), planes, info, paddedInput(info))
    slideImage(device, info, planes, packed, out + n * imageBytes(info.outHeight, info.outWidth, channels))
  }
}

/** Sets the planes for images with a border to 0, before the first image is packed. */
export const clearPlanes = ({ kernels }: Device, planes: number, size: Padded, channels: number): void =>
  void kernels.clear(planes, paddedBytes(size, upTo4(channels)))

/** Convolves one image, which is given in planes. */
export function slideImage(
  { kernels }: Device,
  info: WindowInfo,
  planes: number,
  packed: number,
  to: number,
): void {
  const { channels, outHeight, outWidth, kernel, stride, dilation } = info
  const { height, width } = paddedInput(info)
  kernels.depthwiseImage(
    planes,
    packed,
    to,
    channels,
    height,
    width,
    outHeight,
    outWidth,
    ...kernel,
    ...stride,
    ...dilation,
  )
}

/** Slides the flipped kernel over the spread gradient of every image. */
function inputGradient(device: Device, info: WindowInfo, dy: TensorInfo, filter: TensorInfo): TensorInfo {
  const { kernels } = device
  const { channels } = info
  const out = device.output([info.batch, info.height, info.width, channels])
  const border = paddedOutput(info)
  const taps = info.kernel[0] * info.kernel[1]
  const [packed, planes] = device.scratch(taps * upTo4(channels) * 4, paddedBytes(border, upTo4(channels)))
  kernels.packTaps(device.pointer(filter), packed, taps, channels, 1)
  clearPlanes(device, planes, border, channels)
  const [from, to] = [device.pointer(dy), device.pointer(out)]
  for (let n = 0; n < info.batch; n++) {
    packUpstream(device, from + n * imageBytes(info.outHeight, info.outWidth, channels), planes, info, border)
    slideTurned(device, planes, packed, to + n * imageBytes(info.height, info.width, channels), info)
  }
  return out
}

/** Packs one image's gradient, spread by the stride, into planes with the border of `paddedOutput`. */
export function packUpstream(
  device: Device,
  from: number,
  to: number,
  info: WindowInfo,
  border: Padded,
): void {
  const { outHeight, outWidth, channels, stride } = info
  const { top, left, height, width } = border
  device.kernels.packPlanes(from, to, outHeight, outWidth, channels, top, left, height, width, ...stride)
}

/**
 * The input gradient of one image from planes packed by `packUpstream`. `turned` is the packed, flipped
 * kernel.
 */
export function slideTurned(
  device: Device,
  planes: number,
  turned: number,
  to: number,
  info: WindowInfo,
): void {
  const { channels, height, width, kernel, dilation } = info
  const border = paddedOutput(info)
  device.kernels.depthwiseImage(
    planes,
    turned,
    to,
    channels,
    border.height,
    border.width,
    height,
    width,
    ...kernel,
    1,
    1,
    ...dilation,
  )
}

function filterGradient(
  device: Device,
  info: WindowInfo,
  x: TensorInfo,
  dy: TensorInfo,
  filterShape: Four,
): TensorInfo {
  const { kernels } = device
  const { channels, outHeight, outWidth } = info
  const out = device.output(filterShape)
  const border = paddedInput(info)
  const taps = info.kernel[0] * info.kernel[1]
  const c4 = upTo4(channels)
  const [sums, planes, gradient] = device.scratch(
    taps * c4 * 4,
    paddedBytes(border, c4),
    outHeight * outWidth * c4 * 4,
  )
  kernels.clear(sums, taps * c4 * 4)
  clearPlanes(device, planes, border, channels)
  const [from, upstream] = [device.pointer(x), device.pointer(dy)]
  const pack = plain(device)
  for (let n = 0; n < info.batch; n++) {
    pack(from + n * imageBytes(info.height, info.width, channels), planes, info, border)
    const above = upstream + n * imageBytes(outHeight, outWidth, channels)
    kernels.packPlanes(above, gradient, outHeight, outWidth, channels, 0, 0, outHeight, outWidth, 1, 1)
    addFilterGradient(device, planes, gradient, sums, info, { height: outHeight, width: outWidth })
  }
  kernels.unpackTaps(sums, device.pointer(out), taps, channels)
  return out
}

/**
 * Adds one image's filter gradient to packed sums. `upstream` points to planes of the given size that begin
 * with dy.
 */
export function addFilterGradient(
  device: Device,
  planes: number,
  upstream: number,
  sums: number,
  info: WindowInfo,
  size: { readonly height: number; readonly width: number },
): void {
  const { channels, outHeight, outWidth, kernel, stride, dilation } = info
  const border = paddedInput(info)
  device.kernels.depthwiseFilterImage(
    planes,
    upstream,
    sums,
    channels,
    border.height,
    border.width,
    size.height,
    size.width,
    outHeight,
    outWidth,
    ...kernel,
    ...stride,
    ...dilation,
  )
}

function requireSingle(filter: readonly number[]): void {
  if (!single(filter))
    throw new Error(
      `depthwise gradient: expected a filter [h, w, C, 1], got [${filter.join(', ')}]; use one filter a channel`,
    )
}
