import { BLOCK } from './lanes'
import { liftKernel, lowerKernel } from './winograd-axis'

/*
 * Applies the transforms of `winograd-axis` to kernels, in planes of `bytes` bytes each, a multiple of 16:
 * nine planes of taps on one side, 36 of products on the other, which lie `plane` bytes apart.
 */

/** G g Gᵀ: from nine planes that lie one after another to 36. `columns` has room for eighteen. */
export function liftKernels(taps: usize, bytes: usize, columns: usize, to: usize, plane: usize): void {
  const row = bytes * 3
  for (let at: usize = 0; at < row; at += BLOCK) liftKernel(taps + at, row, columns + at, row)
  for (let i: usize = 0; i < 6; i++)
    for (let at: usize = 0; at < bytes; at += BLOCK)
      liftKernel(columns + i * row + at, bytes, to + i * plane * 6 + at, plane)
}

/**
 * Gᵀ h G, the gradient of `liftKernels`: from 36 planes to nine that lie one after another. The first three
 * of each six are overwritten.
 */
export function lowerKernels(products: usize, plane: usize, bytes: usize, to: usize): void {
  const row = plane * 6
  for (let i: usize = 0; i < 6; i++)
    for (let at: usize = 0; at < bytes; at += BLOCK) {
      const h = products + i * row + at
      lowerKernel(h, plane, h, plane)
    }
  for (let j: usize = 0; j < 3; j++)
    for (let at: usize = 0; at < bytes; at += BLOCK)
      lowerKernel(products + j * plane + at, row, to + j * bytes + at, bytes * 3)
}
