import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { plan, type Plan } from '../plan.js'
import { paddedBytes, paddedInput, paddedOutput, upTo8, type WindowInfo } from '../window.js'
import type { Slide, Correlation } from './correlation-types.js'
import { spectralCut } from './spectral-cut.js'
import { spectralCorrelation } from './spectral.js'
import { winogradCorrelation, winogradPays } from './winograd.js'

/** y = x ∗ filter [h, w, C, D], with the window of `info`. */
export function forwardCorrelation(device: Device, info: WindowInfo, filter: TensorInfo): Plan<Slide> {
  const [, , c, d] = filter.shape as [number, number, number, number]
  const kernel = { at: device.pointer(filter), tapStep: c * d, channelStep: d, outputStep: 1 }
  return correlate(device, info, { channels: c, outputs: d, kernel })
}

/** ∂/∂x of `forwardCorrelation`: the spread gradient convolved with the flipped kernel. */
export function inputGradient(device: Device, info: WindowInfo, filter: TensorInfo): Plan<Slide> {
  const [h, w, c, d] = filter.shape as [number, number, number, number]
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
  const last = device.pointer(filter) + (h * w - 1) * c * d * 4
  const kernel = { at: last, tapStep: -c * d, channelStep: 1, outputStep: d }
  return correlate(device, turned, { channels: d, outputs: c, kernel }, info.stride)
}

/**
 * Correlates in the cheapest way: series by Fourier transforms, images by Winograd's method, or directly. A
 * `spread` puts zeros between the input's positions.
 */
const correlate = (
  device: Device,
  info: WindowInfo,
  correlation: Correlation,
  spread: readonly [number, number] = [1, 1],
): Plan<Slide> => {
  if (winogradPays(info, correlation, spread)) return winogradCorrelation(device, info, correlation)
  const cut = spectralCut(info, correlation, spread)
  return cut
    ? spectralCorrelation(device, cut, info.batch, correlation)
    : direct(device, info, correlation, spread)
}

/** Slides packed kernels over every image. Images that need no border are read without a copy. */
function direct(
  device: Device,
  info: WindowInfo,
  { channels, outputs, kernel: layout }: Correlation,
  spread: readonly [number, number],
): Plan<Slide> {
  const { kernels } = device
  const { kernel, stride, dilation, height, width } = info
  const taps = kernel[0] * kernel[1]
  const border = paddedInput(info)
  const plain =
    spread[0] === 1 &&
    spread[1] === 1 &&
    border.top === 0 &&
    border.left === 0 &&
    border.height <= height &&
    border.width <= width
  const position = channels * 4
  const row = (plain ? width : border.width) * position
  const positionOut = outputs * 4
  // If the positions of all images are evenly spaced, they are treated as one long row.
  const single =
    plain &&
    taps === 1 &&
    stride[0] === 1 &&
    stride[1] === 1 &&
    info.outWidth === width &&
    info.outHeight === height
  const rowsOf = (panels: number, start: number, to: number) => {
    for (let r = 0; r < info.outHeight; r++)
      kernels.productRows(
        start + r * stride[0] * row,
        panels,
        to + r * info.outWidth * positionOut,
        info.outWidth,
        outputs,
        channels,
        stride[1] * position,
        kernel[0],
        kernel[1],
        dilation[0] * row,
        dilation[1] * position,
        positionOut,
        0,
      )
  }
  const padded = (from: number, image: number): number => {
    if (plain) return from
    const { top, left } = border
    const even = [height, width, channels, channels, top, left, border.height, border.width] as const
    kernels.packImage(from, image, ...even, spread[0], spread[1])
    return image
  }
  const sizes = [taps * channels * upTo8(outputs) * 4, plain ? 0 : paddedBytes(border, channels)] as const
  return plan(sizes, ([panels, image]) => {
    const { at, tapStep, channelStep, outputStep } = layout
    kernels.packPanels(at, panels, taps, channels, outputs, tapStep, channelStep, outputStep)
    return (from, to, images) => {
      if (single) {
        const rows = images * height * width
        kernels.productRows(from, panels, to, rows, outputs, channels, position, 1, 1, 0, 0, positionOut, 0)
        return
      }
      for (let n = 0; n < images; n++) {
        const start = padded(from + n * height * width * position, image)
        rowsOf(panels, start, to + n * info.outHeight * info.outWidth * positionOut)
      }
    }
  })
}
