import { F32 } from './lanes'

/*
 * What the two-dimensional transforms of `winograd-input` and `winograd-output` have in common. They work on
 * one row of tiles of four by four outputs at a time: vertically on a strip as wide as the image, which needs
 * no border, and horizontally on the strip, tile by tile. Transformed tiles lie in 36 planes
 * [tile, channels], `plane` bytes apart.
 *
 * A strip holds eight channels, [columns, 6, 8]. So the distances in it are constants, and both vectors of
 * channels share the addresses of everything else: these kernels are limited by how many instructions they
 * have, not by arithmetic.
 */

/** The bytes from one row, or one column, of a strip to the next, and those from one vector to the other. */
export const ROW: usize = 32
export const COLUMN: usize = 192
export const HALF: usize = 16

/** The bytes of a position with its channels rounded up to 4. */
// @ts-ignore: decorator
@inline
export function positionOf(channels: i32): usize {
  return <usize>((channels + 3) & ~3) * F32
}

/** The address of a row of an image, or of zeros for rows outside. */
// @ts-ignore: decorator
@inline
export function rowOr(x: usize, row: i32, height: i32, bytes: usize, zeros: usize): usize {
  return row >= 0 && row < height ? x + <usize>row * bytes : zeros
}
