import type { Device } from '../device.js'

/** Unpacks the blocks of every tap, `block` bytes each, into a kernel [taps, channels, outputs]. */
export function unpackTaps(
  { kernels }: Device,
  all: { blocks: number; block: number; taps: number; channels: number; outputs: number; to: number },
): void {
  const { blocks, block, taps, channels, outputs, to } = all
  for (let tap = 0; tap < taps; tap++)
    kernels.unpackBlocks(
      blocks + tap * block,
      to + tap * channels * outputs * 4,
      channels,
      outputs,
      outputs * 4,
    )
}
