import type { Device } from '../device.js'
import { plan, type Plan } from '../plan.js'
import { paddedBytes, paddedInput, upTo4, upTo8, type WindowInfo } from '../window.js'
import type { FilterSum } from './correlation-types.js'
import { spectralCut } from './spectral-cut.js'
import { spectralFilterGradient } from './spectral.js'
import { unpackTaps } from './unpack-taps.js'
import { winogradFilterGradient, winogradPays } from './winograd.js'

/** ∂/∂kernel of a convolution with the given number of outputs. */
export function filterGradient(device: Device, info: WindowInfo, outputs: number): Plan<FilterSum> {
  const channels = { channels: info.channels, outputs }
  if (winogradPays(info, channels)) return winogradFilterGradient(device, info, outputs)
  const cut = spectralCut(info, channels)
  return cut ? spectralFilterGradient(device, cut, info.batch, channels) : direct(device, info, outputs)
}

/** Computes, for each tap, the product (tap of x)ᵀ · dy over all positions. */
function direct(device: Device, info: WindowInfo, outputs: number): Plan<FilterSum> {
  const { kernels } = device
  const { channels, kernel, stride, dilation, height, width, outHeight, outWidth } = info
  const [c4, d8] = [upTo4(channels), upTo8(outputs)]
  const border = paddedInput(info)
  const plainX =
    c4 === channels &&
    border.top === 0 &&
    border.left === 0 &&
    border.height <= height &&
    border.width <= width
  const plainY = d8 === outputs
  // If the positions of all images are evenly spaced, they are treated as one long row.
  const single =
    plainX &&
    plainY &&
    kernel[0] * kernel[1] === 1 &&
    stride[0] === 1 &&
    stride[1] === 1 &&
    outWidth === width &&
    outHeight === height
  const block = c4 * d8 * 4
  const taps = kernel[0] * kernel[1]
  const row = (plainX ? width : border.width) * c4 * 4
  const evenX = (x: number, image: number): number => {
    if (plainX) return x
    const { top, left } = border
    kernels.packImage(x, image, height, width, channels, c4, top, left, border.height, border.width, 1, 1)
    return image
  }
  const evenY = (dy: number, gradient: number): number => {
    if (plainY) return dy
    kernels.packImage(dy, gradient, outHeight, outWidth, outputs, d8, 0, 0, outHeight, outWidth, 1, 1)
    return gradient
  }
  const addImage = (x: number, dy: number, blocks: number) => {
    for (let tap = 0; tap < taps; tap++) {
      const i = Math.floor(tap / kernel[1])
      const offset = i * dilation[0] * row + (tap % kernel[1]) * dilation[1] * c4 * 4
      kernels.transposedProduct(
        x + offset,
        dy,
        blocks + tap * block,
        outHeight,
        outWidth,
        channels,
        outputs,
        stride[1] * c4 * 4,
        stride[0] * row,
        d8 * 4,
        outWidth * d8 * 4,
      )
    }
  }
  const sizes = [
    taps * block,
    plainX ? 0 : paddedBytes(border, c4),
    plainY ? 0 : outHeight * outWidth * d8 * 4,
  ] as const
  return plan(sizes, ([blocks, image, gradient]) => {
    kernels.clear(blocks, taps * block)
    return {
      add(x, dy, images) {
        if (single) {
          const rows = images * height * width
          kernels.transposedProduct(x, dy, blocks, 1, rows, channels, outputs, c4 * 4, 0, d8 * 4, 0)
          return
        }
        for (let n = 0; n < images; n++) {
          const fromX = evenX(x + n * height * width * channels * 4, image)
          addImage(fromX, evenY(dy + n * outHeight * outWidth * outputs * 4, gradient), blocks)
        }
      },
      close(to) {
        unpackTaps(device, { blocks, block, taps, channels, outputs, to })
      },
    }
  })
}
