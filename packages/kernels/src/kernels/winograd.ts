import type { Device } from '../device.js'
import { plan, type Plan } from '../plan.js'
import { upTo4, upTo8, type WindowInfo } from '../window.js'
import type { Correlation, KernelLayout, Slide, FilterSum } from './correlation-types.js'
import { unpackTaps } from './unpack-taps.js'

/*
 * Dense 3×3 convolutions by Winograd's minimal filtering F(4×4, 3×3): a quarter of the products, between
 * transforms that only add and scale (Lavin and Gray 2016, arXiv:1509.09308). They work on a block of tile
 * rows at a time, so that the transformed tiles stay in cache. The transforms are in
 * `assembly/winograd-axis.ts`.
 */

/** The number of products of a tile of 4×4 outputs, and therefore of planes of transformed tiles. */
const planes = 36
/** The bytes of transformed tiles that are processed at once. */
const blockBytes = 3 << 17
/** The cost of transforming a tile, for one channel on either side, in products. */
const transformCost = 160

/** Whether minimal filtering makes this convolution cheaper. */
export function winogradPays(
  info: WindowInfo,
  { channels, outputs }: Pick<Correlation, 'channels' | 'outputs'>,
  spread: readonly [number, number] = [1, 1],
): boolean {
  const { kernel, stride, dilation, width, outHeight, outWidth, pad } = info
  const ones = [...stride, ...dilation, ...spread].every((n) => n === 1)
  if (!ones || kernel[0] !== 3 || kernel[1] !== 3) return false
  // If a border cuts into the image, it does not fit into a row of tiles.
  if (pad[1] < 0 || pad[1] + width > outWidth + 2) return false
  const tiles = Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4)
  const direct = outHeight * outWidth * 9 * channels * outputs
  return tiles * (planes * channels * outputs + transformCost * (channels + outputs)) < direct
}

/** How images are cut into tiles, and rows of tiles into blocks. */
interface Tiling {
  /**
   * The number of tiles across a row of tiles, of rows of tiles down an image, and of such rows in a block.
   */
  readonly across: number
  readonly down: number
  readonly block: number
}

function tilingOf({ outWidth, outHeight, batch }: WindowInfo, bytesPerTile: number): Tiling {
  const [across, down] = [Math.ceil(outWidth / 4), Math.ceil(outHeight / 4)]
  const fitting = Math.floor(blockBytes / (planes * bytesPerTile * across))
  return { across, down, block: Math.max(1, Math.min(down * batch, fitting)) }
}

/**
 * Processes a row of tiles, given its place in the block, its image, and the image's row at which it begins.
 */
type EachRow = (place: number, image: number, top: number) => void

/** Goes through all rows of tiles of some images, block by block. */
function overBlocks(
  { down, block }: Tiling,
  images: number,
  work: (count: number, rows: (each: EachRow) => void) => void,
): void {
  for (let first = 0; first < down * images; first += block) {
    const count = Math.min(block, down * images - first)
    work(count, (each) => {
      for (let r = 0; r < count; r++) each(r, Math.floor((first + r) / down), ((first + r) % down) * 4)
    })
  }
}

/**
 * The distance from one plane to the next, in bytes. It is an odd number of cache lines; otherwise all planes
 * would fall into the same cache set.
 */
const planeOf = (bytes: number): number => ((bytes + 63) & ~63) | 64

/** The bytes of a strip: six rows of eight channels for each column of the image. */
const stripOf = (columns: number): number => columns * 6 * 8 * 4

/** y = x ∗ kernel for images [H, W, C] and [H', W', D]. */
export function winogradCorrelation(
  device: Device,
  info: WindowInfo,
  { channels, outputs, kernel }: Correlation,
): Plan<Slide> {
  const { kernels } = device
  const { height, width, outHeight, outWidth, pad } = info
  const [positionIn, positionOut] = [upTo4(channels) * 4, upTo4(outputs) * 4]
  const tiling = tilingOf(info, positionIn + positionOut)
  const { across, block } = tiling
  const panel = upTo8(outputs) * channels * 4
  const [inPlane, outPlane, panelPlane] = [
    planeOf(positionIn * across * block),
    planeOf(positionOut * across * block),
    planeOf(panel),
  ]
  const stripBytes = stripOf(4 * across + 2)
  const zeroBytes = width * channels * 4
  const sizes = [
    planes * panelPlane,
    27 * panel,
    stripBytes,
    zeroBytes,
    planes * inPlane,
    planes * outPlane,
    stripOf(4 * across),
    4 * outWidth * positionOut,
  ] as const
  return plan(sizes, ([panels, taps, strip, zeros, lifted, products, outStrip, spare]) => {
    packTaps(device, { kernel, channels, outputs, to: taps, bytes: panel })
    kernels.liftKernels(taps, panel, taps + 9 * panel, panels, panelPlane)
    kernels.clear(strip, stripBytes)
    kernels.clear(zeros, zeroBytes)
    const multiply = [planes, lifted, inPlane, panels, panelPlane, products, outPlane] as const
    return (from, to, images) => {
      overBlocks(tiling, images, (count, rows) => {
        rows((place, n, top) => {
          const x = from + n * height * width * channels * 4
          const shape = [height, width, channels, top - pad[0], pad[1], across, zeros, strip] as const
          kernels.liftInputTiles(x, ...shape, lifted + place * across * positionIn, inPlane)
        })
        kernels.stackedProducts(...multiply, count * across, outputs, channels, positionIn, positionOut)
        rows((place, n, top) => {
          const y = to + n * outHeight * outWidth * outputs * 4
          const source = products + place * across * positionOut
          const shape = [outHeight, outWidth, outputs, top, across] as const
          kernels.lowerOutputTiles(source, outPlane, y, ...shape, outStrip, spare)
        })
      })
    }
  })
}

/** Lays out a kernel's nine taps in panels of eight outputs, `bytes` each, one tap after another. */
function packTaps(
  { kernels }: Device,
  all: { kernel: KernelLayout; channels: number; outputs: number; to: number; bytes: number },
): void {
  const { kernel, channels, outputs, to, bytes } = all
  const { at, tapStep, channelStep, outputStep } = kernel
  for (let tap = 0; tap < 9; tap++)
    kernels.packPanels(
      at + tap * tapStep * 4,
      to + tap * bytes,
      1,
      channels,
      outputs,
      0,
      channelStep,
      outputStep,
    )
}

/** ∂/∂kernel [3, 3, C, D], by the transposes of the same transforms: Gᵀ [Σ (Bᵀ x B)ᵀ · (A dy Aᵀ)] G. */
export function winogradFilterGradient(device: Device, info: WindowInfo, outputs: number): Plan<FilterSum> {
  const { kernels } = device
  const { height, width, channels, outHeight, outWidth, pad } = info
  const [positionX, positionY] = [upTo4(channels) * 4, upTo8(outputs) * 4]
  const tiling = tilingOf(info, positionX + positionY)
  const { across, block } = tiling
  const sum = upTo4(channels) * positionY
  const [xPlane, yPlane, sumPlane] = [
    planeOf(positionX * across * block),
    planeOf(positionY * across * block),
    planeOf(sum),
  ]
  const [stripBytes, yStripBytes] = [stripOf(4 * across + 2), stripOf(4 * across)]
  const zeroBytes = Math.max(width * channels, outWidth * outputs) * 4
  const sizes = [
    planes * sumPlane,
    9 * sum,
    stripBytes,
    yStripBytes,
    zeroBytes,
    planes * xPlane,
    planes * yPlane,
  ] as const
  return plan(sizes, ([sums, taps, strip, yStrip, zeros, lifted, yLifted]) => {
    kernels.clear(sums, planes * sumPlane)
    kernels.clear(strip, stripBytes)
    kernels.clear(yStrip, yStripBytes)
    kernels.clear(zeros, zeroBytes)
    // The product reads eight outputs at a time, while the transform writes four.
    if (positionY !== upTo4(outputs) * 4) kernels.clear(yLifted, planes * yPlane)
    const multiply = [planes, lifted, xPlane, yLifted, yPlane, sums, sumPlane] as const
    return {
      add(x, dy, images) {
        overBlocks(tiling, images, (count, rows) => {
          rows((place, n, top) => {
            const fromX = x + n * height * width * channels * 4
            const shape = [height, width, channels, top - pad[0], pad[1], across, zeros, strip] as const
            kernels.liftInputTiles(fromX, ...shape, lifted + place * across * positionX, xPlane)
            const fromY = dy + n * outHeight * outWidth * outputs * 4
            const shapeY = [outHeight, outWidth, outputs, top, across, zeros, yStrip] as const
            const target = yLifted + place * across * positionY
            kernels.liftOutputTiles(fromY, ...shapeY, target, yPlane, positionY)
          })
          const counts = [count * across, channels, outputs, positionX, positionY] as const
          kernels.stackedTransposedProducts(...multiply, ...counts)
        })
      },
      close(to) {
        kernels.lowerKernels(sums, sumPlane, sum, taps)
        unpackTaps(device, { blocks: taps, block: sum, taps: 9, channels, outputs, to })
      },
    }
  })
}
