import { BLOCK, F32, storeLanes, zero } from './lanes'

/*
 * Gradients of pooling, four channels at a time, in two sweeps: what reaches each row of the image from the windows above
 * and below, [height, outWidth, 4] in `shares`, and then along each row, in `sums`, [paddedWidth, 4]. So a window of n²
 * taps costs 2n.
 */

/** A loop, since `memory.fill` costs a call out of WebAssembly, which a row is too short for. */
export function clearBlocks(at: usize, count: i32): void {
  for (let i = 0; i < count; i++) v128.store(at + <usize>i * BLOCK, zero())
}

/** [width, 4] to every `channels`th float. */
export function unpackRow(from: usize, to: usize, width: i32, channels: i32, lanes: i32): void {
  for (let p = 0; p < width; p++) {
    storeLanes(to, v128.load(from), lanes)
    from += BLOCK
    to += <usize>channels * F32
  }
}
