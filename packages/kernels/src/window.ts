/** A window over [N, H, W, C], in the form that kernels need. */
export interface WindowInfo {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Padding above and on the left. */
  readonly pad: readonly [number, number]
}

/** The shape of tfjs-core's own description of a convolution or pooling. */
export interface ConvInfo {
  batchSize: number
  inHeight: number
  inWidth: number
  inChannels: number
  outHeight: number
  outWidth: number
  filterHeight: number
  filterWidth: number
  strideHeight: number
  strideWidth: number
  dilationHeight: number
  dilationWidth: number
  padInfo: { top: number; left: number }
}

/** Converts tfjs-core's description to what kernels need. */
export const windowInfo = (info: ConvInfo): WindowInfo => ({
  batch: info.batchSize,
  height: info.inHeight,
  width: info.inWidth,
  channels: info.inChannels,
  outHeight: info.outHeight,
  outWidth: info.outWidth,
  kernel: [info.filterHeight, info.filterWidth],
  stride: [info.strideHeight, info.strideWidth],
  dilation: [info.dilationHeight, info.dilationWidth],
  pad: [info.padInfo.top, info.padInfo.left],
})

/** The size of an image with a border that is wide enough for every tap of every output to lie inside. */
export interface Padded {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** The distance from a window's first tap to its last, along one axis. */
const reach = (info: WindowInfo, axis: 0 | 1): number => (info.kernel[axis] - 1) * info.dilation[axis]

/** The input with the border that its window needs. */
export const paddedInput = (info: WindowInfo): Padded => ({
  top: info.pad[0],
  left: info.pad[1],
  height: (info.outHeight - 1) * info.stride[0] + reach(info, 0) + 1,
  width: (info.outWidth - 1) * info.stride[1] + reach(info, 1) + 1,
})

/**
 * The output's gradient, spread by the stride, with the border for which a convolution with the flipped
 * kernel gives the input's gradient.
 */
export const paddedOutput = (info: WindowInfo): Padded => ({
  top: reach(info, 0) - info.pad[0],
  left: reach(info, 1) - info.pad[1],
  height: info.height + reach(info, 0),
  width: info.width + reach(info, 1),
})

/** The bytes of a padded image with the given number of channels. */
export const paddedBytes = ({ height, width }: Padded, channels: number): number =>
  height * width * channels * 4

/** The next multiple of 4, or of 8. */
export const upTo4 = (n: number): number => (n + 3) & ~3
export const upTo8 = (n: number): number => (n + 7) & ~7
