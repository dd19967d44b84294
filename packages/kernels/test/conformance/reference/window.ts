/** Positions outside the image: as TensorFlow.js names them, a number for every side, or [[above, below], [left, right]]. */
export type Padding =
  'same' | 'valid' | number | readonly [readonly [number, number], readonly [number, number]]

/** A window that slides over [N, H, W, C]; pairs are [vertical, horizontal]. */
export interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly pad: Padding
}

/** How many outputs a window has along one axis, and how many positions lie before the image. */
export function extent(window: Window, size: number, axis: 0 | 1): { out: number; before: number } {
  const stride = window.stride[axis]
  const reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
  if (window.pad === 'same') {
    const out = Math.ceil(size / stride)
    return { out, before: Math.floor(Math.max(0, (out - 1) * stride + reach - size) / 2) }
  }
  const [before, after] = sides(window.pad, axis)
  return { out: Math.floor((before + size + after - reach) / stride) + 1, before }
}

function sides(pad: Exclude<Padding, 'same'>, axis: 0 | 1): readonly [number, number] {
  if (pad === 'valid') return [0, 0]
  return typeof pad === 'number' ? [pad, pad] : pad[axis]
}

/** [N, H', W'] of a window over [N, H, W, C]. */
export const outputPositions = ([n, h, w]: readonly number[], window: Window): [number, number, number] => [
  n!,
  extent(window, h!, 0).out,
  extent(window, w!, 1).out,
]

/**
 * Calls back for each tap of each output that lies inside the image, in row-major order of outputs and then
 * of taps. Positions are counted without channels.
 */
export function eachTap(
  [n, h, w]: readonly number[],
  window: Window,
  visit: (input: number, tap: number, output: number) => void,
): void {
  const [vertical, horizontal] = [extent(window, h!, 0), extent(window, w!, 1)]
  const { kernel, stride, dilation } = window
  let output = 0
  for (let b = 0; b < n!; b++)
    for (let o = 0; o < vertical.out; o++)
      for (let p = 0; p < horizontal.out; p++, output++)
        for (let i = 0; i < kernel[0]; i++)
          for (let j = 0; j < kernel[1]; j++) {
            const y = o * stride[0] + i * dilation[0] - vertical.before
            const x = p * stride[1] + j * dilation[1] - horizontal.before
            if (y >= 0 && y < h! && x >= 0 && x < w!) visit((b * h! + y) * w! + x, i * kernel[1] + j, output)
          }
}
