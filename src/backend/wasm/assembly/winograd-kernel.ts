import { BLOCK } from './lanes'
import { liftKernel, lowerKernel } from './winograd-axis'

/*
 * The kernel's side of `winograd-axis`, on planes of `bytes` bytes each, a multiple of 16: nine taps on one side, 36
 * products on the other, `plane` bytes apart.
 */

/** G g Gᵀ: nine planes, one behind the other, to 36; `columns` has room for eighteen. */
export function liftKernels(taps: usize, bytes: usize, columns: usize, to: usize, plane: usize): void {
  for (let j: usize = 0; j < 3; j++)
    for (let at: usize = 0; at < bytes; at += BLOCK) {
      const g = taps + j * bytes + at
      liftKernel(
        v128.load(g),
        v128.load(g + bytes * 3),
        v128.load(g + bytes * 6),
        columns + j * bytes + at,
        bytes * 3,
      )
    }
  for (let i: usize = 0; i < 6; i++)
    for (let at: usize = 0; at < bytes; at += BLOCK) {
      const g = columns + i * bytes * 3 + at
      liftKernel(v128.load(g), v128.load(g + bytes), v128.load(g + bytes * 2), to + i * plane * 6 + at, plane)
    }
}

/** Gᵀ h G, the gradient of `liftKernels`: 36 planes to nine, one behind the other; the first three of each six are written over. */
export function lowerKernels(products: usize, plane: usize, bytes: usize, to: usize): void {
  for (let i: usize = 0; i < 6; i++)
    for (let at: usize = 0; at < bytes; at += BLOCK) {
      const h = products + i * plane * 6 + at
      lowerKernel(
        v128.load(h),
        v128.load(h + plane),
        v128.load(h + plane * 2),
        v128.load(h + plane * 3),
        v128.load(h + plane * 4),
        v128.load(h + plane * 5),
        h,
        plane,
      )
    }
  for (let j: usize = 0; j < 3; j++)
    for (let at: usize = 0; at < bytes; at += BLOCK) {
      const h = products + j * plane + at
      const row = plane * 6
      lowerKernel(
        v128.load(h),
        v128.load(h + row),
        v128.load(h + row * 2),
        v128.load(h + row * 3),
        v128.load(h + row * 4),
        v128.load(h + row * 5),
        to + j * bytes + at,
        bytes * 3,
      )
    }
}
