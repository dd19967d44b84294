import type { Device } from '../device.js'
import { upTo4, upTo8, type WindowInfo } from '../window.js'

/*
 * Dense 3×3 convolutions by Winograd's minimal filtering F(4×4, 3×3): a quarter of the products, between
 * transforms that cost additions (Lavin and Gray 2016, arXiv:1509.09308). A block of tile rows at a time, so
 * that what is transformed stays in cache. The transforms stand in `assembly/winograd-axis.ts`.
 */

/** Planes of transformed tiles: six products along either axis. */
const planes = 36
/** Bytes of transformed tiles at once. */
const blockBytes = 1 << 18

/** A kernel [taps, channels, outputs] in memory: where it begins, and how many floats apart its elements are. */
export interface KernelLayout {
  readonly at: number
  readonly tapStep: number
  readonly channelStep: number
  readonly outputStep: number
}

/** What one convolution slides over what. */
export interface Correlation {
  readonly from: number
  readonly to: number
  readonly channels: number
  readonly outputs: number
  readonly kernel: KernelLayout
}

/** Is this a convolution that minimal filtering makes cheaper? */
export function winogradPays(info: WindowInfo, channels: number, outputs: number): boolean {
  const { kernel, stride, dilation, width, outHeight, outWidth, pad } = info
  if (kernel.join() !== '3,3' || stride.join() !== '1,1' || dilation.join() !== '1,1') return false
  // Where the border cuts into the image, a row of tiles would not hold it.
  if (pad[1] < 0 || pad[1] + width > outWidth + 2) return false
  const tiles = Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4)
  const direct = outHeight * outWidth * 9 * channels * outputs
  return tiles * (planes * channels * outputs + transformCost * (channels + outputs)) < direct
}

/** What a tile's transform costs for a channel, in products. */
const transformCost = 400

interface Tiling {
  readonly across: number
  readonly rows: number
  /** Rows of tiles in a block. */
  readonly block: number
}

function tiling(info: WindowInfo, bytesPerTile: number): Tiling {
  const across = Math.ceil(info.outWidth / 4)
  const rows = Math.ceil(info.outHeight / 4) * info.batch
  const block = Math.max(1, Math.min(rows, Math.floor(blockBytes / (planes * bytesPerTile * across))))
  return { across, rows, block }
}

/** Bytes between planes: an odd number of cache lines, else all of them would fall into one set. */
const planeBytes = (bytes: number): number => ((bytes + 63) & ~63) | 64

/** y [N, H', W', D] = x [N, H, W, C] ∗ kernel. */
export function winogradCorrelate(
  device: Device,
  info: WindowInfo,
  { from, to, channels, outputs, kernel }: Correlation,
): void {
  const { kernels } = device
  const { height, width, outHeight, outWidth, pad } = info
  const [c4, d4] = [upTo4(channels) * 4, upTo4(outputs) * 4]
  const { across, rows, block } = tiling(info, c4 + d4)
  const panel = upTo8(outputs) * channels * 4
  const [panelPlane, inPlane, outPlane] = [panel, c4 * across * block, d4 * across * block].map(
    planeBytes,
  ) as [number, number, number]
  const stripBytes = 6 * (4 * across + 2) * c4
  const zeroBytes = width * channels * 4
  const [strip, zeros, outStrip, spare, lifted, products, panels, taps, columns] = device.scratch(
    stripBytes,
    zeroBytes,
    6 * 4 * across * d4,
    4 * outWidth * d4,
    planes * inPlane,
    planes * outPlane,
    planes * panelPlane,
    9 * panel,
    18 * panel,
  )
  kernels.clear(strip, stripBytes)
  kernels.clear(zeros, zeroBytes)
  for (let tap = 0; tap < 9; tap++)
    kernels.packPanels(
      kernel.at + tap * kernel.tapStep * 4,
      taps + tap * panel,
      1,
      channels,
      outputs,
      0,
      kernel.channelStep,
      kernel.outputStep,
    )
  kernels.liftKernels(taps, panel, columns, panels, panelPlane)
  const perImage = Math.ceil(outHeight / 4)
  const image = height * width * channels * 4
  const imageOut = outHeight * outWidth * outputs * 4
  for (let first = 0; first < rows; first += block) {
    const count = Math.min(block, rows - first)
    for (let r = 0; r < count; r++) {
      const n = Math.floor((first + r) / perImage)
      const top = ((first + r) % perImage) * 4
      kernels.liftInputTiles(
        from + n * image,
        height,
        width,
        channels,
        top - pad[0],
        pad[1],
        across,
        zeros,
        strip,
        lifted + r * across * c4,
        inPlane,
      )
    }
    kernels.stackedProducts(
      planes,
      lifted,
      inPlane,
      panels,
      panelPlane,
      products,
      outPlane,
      count * across,
      outputs,
      channels,
      c4,
      d4,
    )
    for (let r = 0; r < count; r++) {
      const n = Math.floor((first + r) / perImage)
      const top = ((first + r) % perImage) * 4
      kernels.lowerOutputTiles(
        products + r * across * d4,
        outPlane,
        to + n * imageOut,
        outHeight,
        outWidth,
        outputs,
        top,
        across,
        outStrip,
        spare,
      )
    }
  }
}

/** ∂/∂kernel [3, 3, C, D], through the transposes of the same transforms: Gᵀ [Σ (Bᵀ x B)ᵀ · (A dy Aᵀ)] G. */
export function winogradFilterGradient(
  device: Device,
  info: WindowInfo,
  { x, dy, to, outputs }: { x: number; dy: number; to: number; outputs: number },
): void {
  const { kernels } = device
  const { height, width, channels, outHeight, outWidth, pad } = info
  const [c4, d4, d8] = [upTo4(channels) * 4, upTo4(outputs) * 4, upTo8(outputs) * 4]
  const { across, rows, block } = tiling(info, c4 + d8)
  const blocks = (c4 * d8) / 4
  const [xPlane, yPlane, sumPlane] = [c4 * across * block, d8 * across * block, blocks].map(planeBytes) as [
    number,
    number,
    number,
  ]
  const stripBytes = 6 * (4 * across + 2) * c4
  const yStripBytes = 6 * 4 * across * d4
  const zeroBytes = Math.max(width * channels, outWidth * outputs) * 4
  const [strip, zeros, yStrip, lifted, yLifted, sums, taps] = device.scratch(
    stripBytes,
    zeroBytes,
    yStripBytes,
    planes * xPlane,
    planes * yPlane,
    planes * sumPlane,
    9 * blocks,
  )
  kernels.clear(strip, stripBytes)
  kernels.clear(zeros, zeroBytes)
  kernels.clear(yStrip, yStripBytes)
  kernels.clear(sums, planes * sumPlane)
  if (d8 !== d4) kernels.clear(yLifted, planes * yPlane)
  const perImage = Math.ceil(outHeight / 4)
  const image = height * width * channels * 4
  const imageOut = outHeight * outWidth * outputs * 4
  for (let first = 0; first < rows; first += block) {
    const count = Math.min(block, rows - first)
    for (let r = 0; r < count; r++) {
      const n = Math.floor((first + r) / perImage)
      const top = ((first + r) % perImage) * 4
      kernels.liftInputTiles(
        x + n * image,
        height,
        width,
        channels,
        top - pad[0],
        pad[1],
        across,
        zeros,
        strip,
        lifted + r * across * c4,
        xPlane,
      )
      kernels.liftOutputTiles(
        dy + n * imageOut,
        outHeight,
        outWidth,
        outputs,
        top,
        across,
        zeros,
        yStrip,
        yLifted + r * across * d8,
        yPlane,
        d8,
      )
    }
    kernels.stackedTransposedProducts(
      planes,
      lifted,
      xPlane,
      yLifted,
      yPlane,
      sums,
      sumPlane,
      count * across,
      channels,
      outputs,
      c4,
      d8,
    )
  }
  kernels.lowerKernels(sums, sumPlane, blocks, taps)
  for (let tap = 0; tap < 9; tap++)
    kernels.unpackBlocks(
      taps + tap * blocks,
      to + tap * channels * outputs * 4,
      channels,
      outputs,
      outputs * 4,
    )
}
