import { BLOCK, F32, storeLanes, zero } from './lanes'

/*
 * Gradients of pooling are computed for four channels at a time, in two sweeps. The first collects in
 * `shares`, [height, outWidth, 4], what reaches each row of the image from the windows above and below; the
 * second goes along each row, in `sums`, [paddedWidth, 4]. A window of n² taps therefore costs only 2n.
 */

/**
 * Clears `count` blocks. It is a loop because `memory.fill` costs a call out of WebAssembly, for which a row
 * is too short.
 */
export function clearBlocks(at: usize, count: i32): void {
  for (let i = 0; i < count; i++) v128.store(at + <usize>i * BLOCK, zero())
}

/** Writes [width, 4] to positions that are `channels` floats apart. */
export function unpackRow(from: usize, to: usize, width: i32, channels: i32, lanes: i32): void {
  for (let p = 0; p < width; p++) {
    storeLanes(to, v128.load(from), lanes)
    from += BLOCK
    to += <usize>channels * F32
  }
}
