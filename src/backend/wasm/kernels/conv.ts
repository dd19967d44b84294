import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { isFloat, wasmKernel, type Four } from '../kernel.js'
import type { Device } from '../device.js'
import { winogradCorrelate, winogradFilterGradient, winogradPays, type Correlation } from './winograd.js'
import {
  paddedBytes,
  paddedInput,
  paddedOutput,
  upTo4,
  upTo8,
  windowInfo,
  type WindowInfo,
} from '../window.js'

/** tfjs-core's attributes of convolutions, with the dilations that its gradients leave out. */
interface ConvAttributes {
  readonly strides: [number, number] | number
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4]
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations?: [number, number] | number
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export const convWindow = (x: Four, filter: Four, attrs: ConvAttributes, depthwise = false): WindowInfo =>
  windowInfo(
    backend_util.computeConv2DInfo(
      x,
      filter,
      attrs.strides,
      attrs.dilations ?? 1,
      attrs.pad,
      attrs.dimRoundingMode,
      depthwise,
    ),
  )

const channelsLast = ({ dataFormat = 'NHWC' }: ConvAttributes): boolean => dataFormat === 'NHWC'

/** x [N, H, W, C], filter [h, w, C, D] → [N, H', W', D]. */
export const conv2d = wasmKernel<'x' | 'filter', ConvAttributes>(
  'Conv2D',
  ({ inputs: { x, filter }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs)
    const out = device.output([info.batch, info.outHeight, info.outWidth, filter.shape[3]!])
    const [c, d] = [filter.shape[2]!, filter.shape[3]!]
    correlate(device, info, {
      from: device.pointer(x),
      to: device.pointer(out),
      channels: c,
      outputs: d,
      kernel: { at: device.pointer(filter), tapStep: c * d, channelStep: d, outputStep: 1 },
    })
    return out
  },
  ({ inputs: { x, filter }, attrs }) => isFloat(x) && isFloat(filter) && channelsLast(attrs),
)

/** ∂/∂x of `Conv2D`: a convolution of the spread gradient by the turned kernel. */
export const conv2dInputGradient = wasmKernel<'dy' | 'filter', ConvAttributes & { inputShape: Four }>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter }, attrs, device }) => {
    const info = convWindow(attrs.inputShape, filter.shape as Four, attrs)
    const out = device.output(attrs.inputShape)
    const [h, w, c, d] = filter.shape as Four
    const last = device.pointer(filter) + (h * w - 1) * c * d * 4
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
    correlate(device, turned, {
      from: device.pointer(dy),
      to: device.pointer(out),
      channels: d,
      outputs: c,
      spread: info.stride,
      kernel: { at: last, tapStep: -c * d, channelStep: 1, outputStep: d },
    })
    return out
  },
  ({ inputs: { dy, filter }, attrs }) => isFloat(dy) && isFloat(filter) && channelsLast(attrs),
)

interface SpreadCorrelation extends Correlation {
  readonly spread?: readonly [number, number]
}

/** Slides packed kernels over every image; images that need no border are read where they lie. */
function correlate(device: Device, info: WindowInfo, correlation: SpreadCorrelation) {
  const { from, to, channels, outputs, kernel: layout, spread = [1, 1] } = correlation
  const { kernels } = device
  if (spread.join() === '1,1' && winogradPays(info, channels, outputs))
    return winogradCorrelate(device, info, correlation)
  const { kernel, stride, dilation } = info
  const border = paddedInput(info)
  const plain =
    spread[0] === 1 &&
    spread[1] === 1 &&
    border.top === 0 &&
    border.left === 0 &&
    border.height <= info.height &&
    border.width <= info.width
  const panelBytes = kernel[0] * kernel[1] * channels * upTo8(outputs) * 4
  const [panels, image] = device.scratch(panelBytes, plain ? 0 : paddedBytes(border, channels))
  kernels.packPanels(
    layout.at,
    panels,
    kernel[0] * kernel[1],
    channels,
    outputs,
    layout.tapStep,
    layout.channelStep,
    layout.outputStep,
  )
  const width = plain ? info.width : border.width
  const position = channels * 4
  const row = width * position
  const rowOut = info.outWidth * outputs * 4
  // Where the positions of all images follow each other evenly, they are one long row.
  const single =
    plain &&
    kernel[0] * kernel[1] === 1 &&
    stride[0] === 1 &&
    stride[1] === 1 &&
    info.outWidth === info.width &&
    info.outHeight === info.height
  if (single) {
    const rows = info.batch * info.height * info.width
    kernels.productRows(from, panels, to, rows, outputs, channels, position, 1, 1, 0, 0, outputs * 4, 0)
    return
  }
  for (let n = 0; n < info.batch; n++) {
    const source = from + n * info.height * info.width * position
    if (!plain)
      kernels.packImage(
        source,
        image,
        info.height,
        info.width,
        channels,
        channels,
        border.top,
        border.left,
        border.height,
        border.width,
        spread[0],
        spread[1],
      )
    const start = plain ? source : image
    for (let r = 0; r < info.outHeight; r++)
      kernels.productRows(
        start + r * stride[0] * row,
        panels,
        to + (n * info.outHeight + r) * rowOut,
        info.outWidth,
        outputs,
        channels,
        stride[1] * position,
        kernel[0],
        kernel[1],
        dilation[0] * row,
        dilation[1] * position,
        outputs * 4,
        0,
      )
  }
}

/** ∂/∂filter of `Conv2D`: for each tap the product (tap of x)ᵀ · dy over all positions. */
export const conv2dFilterGradient = wasmKernel<'x' | 'dy', ConvAttributes & { filterShape: Four }>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, device }) => {
    const info = convWindow(x.shape as Four, attrs.filterShape, attrs)
    const out = device.output(attrs.filterShape)
    filterGradient(device, info, x, dy, out, attrs.filterShape[3])
    return out
  },
)

function filterGradient(
  device: Device,
  info: WindowInfo,
  x: TensorInfo,
  dy: TensorInfo,
  out: TensorInfo,
  outputs: number,
) {
  const { kernels } = device
  const { channels, kernel, stride, dilation } = info
  if (winogradPays(info, channels, outputs))
    return winogradFilterGradient(device, info, {
      x: device.pointer(x),
      dy: device.pointer(dy),
      to: device.pointer(out),
      outputs,
    })
  const [c4, d8] = [upTo4(channels), upTo8(outputs)]
  const border = paddedInput(info)
  const plainX =
    c4 === channels &&
    border.top === 0 &&
    border.left === 0 &&
    border.height <= info.height &&
    border.width <= info.width
  const plainY = d8 === outputs
  const block = c4 * d8 * 4
  const taps = kernel[0] * kernel[1]
  const [blocks, image, gradient] = device.scratch(
    taps * block,
    plainX ? 0 : paddedBytes(border, c4),
    plainY ? 0 : info.outHeight * info.outWidth * d8 * 4,
  )
  kernels.clear(blocks, taps * block)
  const row = (plainX ? info.width : border.width) * c4 * 4
  for (let n = 0; n < info.batch; n++) {
    const sourceX = device.pointer(x) + n * info.height * info.width * channels * 4
    const sourceY = device.pointer(dy) + n * info.outHeight * info.outWidth * outputs * 4
    if (!plainX)
      kernels.packImage(
        sourceX,
        image,
        info.height,
        info.width,
        channels,
        c4,
        border.top,
        border.left,
        border.height,
        border.width,
        1,
        1,
      )
    if (!plainY)
      kernels.packImage(
        sourceY,
        gradient,
        info.outHeight,
        info.outWidth,
        outputs,
        d8,
        0,
        0,
        info.outHeight,
        info.outWidth,
        1,
        1,
      )
    for (let tap = 0; tap < taps; tap++) {
      const i = Math.floor(tap / kernel[1])
      const offset = i * dilation[0] * row + (tap % kernel[1]) * dilation[1] * c4 * 4
      kernels.transposedProduct(
        (plainX ? sourceX : image) + offset,
        plainY ? sourceY : gradient,
        blocks + tap * block,
        info.outHeight,
        info.outWidth,
        channels,
        outputs,
        stride[1] * c4 * 4,
        stride[0] * row,
        d8 * 4,
        info.outWidth * d8 * 4,
      )
    }
  }
  const to = device.pointer(out)
  for (let tap = 0; tap < taps; tap++)
    kernels.unpackBlocks(
      blocks + tap * block,
      to + tap * channels * outputs * 4,
      channels,
      outputs,
      outputs * 4,
    )
}
