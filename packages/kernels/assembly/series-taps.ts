import { seriesTaps as sideBySide, seriesTapsDilated2, seriesTapsDilated4, seriesTapsDilated8 } from '../dist/series-taps'

/** Whether `seriesTaps` knows a window of this many taps in a row, at a stride of 1. */
export function hasSeriesTaps(taps: i32, dilation: i32): bool {
  return taps > 3 && taps % 3 == 0 && (dilation == 1 || dilation == 2 || dilation == 4 || dilation == 8)
}

/** Computes 4 · dilation · `blocks` outputs of long windows in one dimension, such as nine taps over a series. */
export function seriesTaps(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  blocks: i32,
  taps: i32,
  dilation: i32,
  yStep: usize,
): void {
  if (dilation == 1) sideBySide(x, kernel, y, lanes, blocks, taps, yStep)
  else if (dilation == 2) seriesTapsDilated2(x, kernel, y, lanes, blocks, taps, yStep)
  else if (dilation == 4) seriesTapsDilated4(x, kernel, y, lanes, blocks, taps, yStep)
  else seriesTapsDilated8(x, kernel, y, lanes, blocks, taps, yStep)
}
