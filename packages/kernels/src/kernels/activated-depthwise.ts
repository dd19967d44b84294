import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { wasmKernel, type Four } from '../kernel.js'
import { gradientTarget } from '../target.js'
import { paddedBytes, paddedInput, paddedOutput, upTo4, type WindowInfo } from '../window.js'
import { convWindow } from './conv.js'
import {
  addFilterGradient,
  clearPlanes,
  forwardScratch,
  imageBytes,
  packUpstream,
  slideImages,
  slideTurned,
  type DepthwiseAttributes,
  type Pack,
} from './depthwise.js'

export const ActivatedDepthwise = 'SenteiActivatedDepthwise'
export const ActivatedDepthwiseGradient = 'SenteiActivatedDepthwiseGradient'

/** The statistics of a batch norm in front, without scale and offset. Either both are given or none. */
export interface Norm {
  readonly mean?: TensorInfo
  readonly variance?: TensorInfo
}

type Attributes = DepthwiseAttributes & { readonly epsilon: number }

/**
 * Depthwise convolution of ReLU(x), or of ReLU((x − mean) / √(variance + ε)) if mean and variance are given.
 */
export const activatedDepthwise = wasmKernel<'x' | 'filter' | 'mean' | 'variance', Attributes>(
  ActivatedDepthwise,
  ({ inputs: { x, filter, ...norm }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
    const out = device.output([info.batch, info.outHeight, info.outWidth, info.channels])
    const [packed, planes, factor] = forwardScratch(device, info, info.channels * 4)
    device.kernels.packTaps(device.pointer(filter), packed, info.kernel[0] * info.kernel[1], info.channels, 0)
    const pack = activated(device, norm, attrs.epsilon, factor)
    slideImages(device, info, { x: device.pointer(x), out: device.pointer(out), packed, planes, pack })
    return out
  },
)

/** Packs ReLU of an image, normalised if there is a batch norm, whose factors it writes to `factor`. */
export function activated(device: Device, { mean, variance }: Norm, epsilon: number, factor: number): Pack {
  if (variance)
    device.kernels.normFactors(device.pointer(variance), 0, 0, factor, variance.shape[0]!, epsilon)
  const centre = mean ? device.pointer(mean) : 0
  return (from, to, { height: h, width: w, channels }, { top, left, height, width }) =>
    device.kernels.packActivated(from, to, h, w, channels, top, left, height, width, centre, factor)
}

/**
 * The wanted gradients of `ActivatedDepthwise`, in this order: of x, through ReLU and batch norm, which is
 * added to `sum` and not returned if that is given; and of the filter. It works image by image, so that each
 * is packed once and stays in the cache for all that is done with it:
 *
 *   d = ReLU′ ⊙ (dy spread ∗ flipped filter)
 *   dx = d, or with a batch norm (d − mean(d) − x̂ · mean(d ⊙ x̂)) / σ
 */
export const activatedDepthwiseGradient = wasmKernel<
  'x' | 'dy' | 'filter' | 'mean' | 'variance' | 'sum',
  Attributes & { readonly input: boolean; readonly filters: boolean }
>(ActivatedDepthwiseGradient, ({ inputs: { x, dy, filter, sum, ...norm }, attrs, device }) => {
  const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
  const imageSize = imageBytes(info.height, info.width, info.channels)
  const target = attrs.input ? gradientTarget(device, x.shape, imageSize, sum) : undefined
  const dFilter = attrs.filters ? device.output(filter.shape) : undefined
  const [area, ...rest] = device.scratch(target?.sizes[0] ?? 0, ...gradientSizes(info))
  const areas = gradientAreas(rest)
  const put = target?.open([area])
  const pack = activated(device, norm, attrs.epsilon, areas.factor)
  const mean = norm.mean ? device.pointer(norm.mean) : 0
  startGradient(device, info, areas, filter)
  const [from, upstream] = [device.pointer(x), device.pointer(dy)]
  for (let n = 0; n < info.batch; n++) {
    const at = from + n * imageSize
    if (dFilter) pack(at, areas.planes, info, paddedInput(info))
    const image = (to?: number) =>
      imageGradient(device, info, areas, {
        x: at,
        dy: upstream + n * imageBytes(info.outHeight, info.outWidth, info.channels),
        mean,
        filter: dFilter !== undefined,
        dx: to,
      })
    if (put) put(at - from, imageSize, image)
    else image()
  }
  if (dFilter) closeFilter(device, info, areas, dFilter)
  const dx = target?.made[0]
  if (dx && norm.variance) throughNorm(device, info, areas, { x: from, dx, norm }, attrs.epsilon)
  return [...(target?.made ?? []), ...(dFilter ? [dFilter] : [])]
})

/** The sizes, in bytes, of the areas that `gradientAreas` names. */
export function gradientSizes(info: WindowInfo) {
  const c4 = upTo4(info.channels)
  const taps = info.kernel[0] * info.kernel[1] * c4 * 4
  return [
    taps,
    taps,
    paddedBytes(paddedInput(info), c4),
    paddedBytes(paddedOutput(info), c4),
    insideBorder(info) ? 0 : info.outHeight * info.outWidth * c4 * 4,
    info.channels * 16,
    info.channels * 4,
    info.channels * 12,
  ] as const
}

/**
 * Names the areas: the flipped kernel, the filter gradient's sums, the activated image in planes, the
 * upstream gradient with and without its border, and a batch norm's sums, factors and slope.
 */
export const gradientAreas = ([turned, sums, planes, upstream, bare, totals, factor, slope]: ReturnType<
  typeof gradientSizes
>) => ({ turned, sums, planes, upstream, bare, totals, factor, slope })

type Areas = ReturnType<typeof gradientAreas>

/** Prepares the areas before the first image. */
export function startGradient(device: Device, info: WindowInfo, areas: Areas, filter: TensorInfo): void {
  const { kernels } = device
  const taps = info.kernel[0] * info.kernel[1]
  kernels.packTaps(device.pointer(filter), areas.turned, taps, info.channels, 1)
  kernels.clear(areas.sums, taps * upTo4(info.channels) * 4)
  kernels.clear(areas.totals, info.channels * 16)
  clearPlanes(device, areas.planes, paddedInput(info), info.channels)
  clearPlanes(device, areas.upstream, paddedOutput(info), info.channels)
}

/**
 * The addresses of one image. `own` tells whether the filter's gradient is wanted, in which case the planes
 * are already packed.
 */
interface ImageGradient {
  readonly x: number
  readonly dy: number
  readonly dx: number | undefined
  readonly filter: boolean
  /** The address of the mean of the batch norm in front; 0 for none. */
  readonly mean: number
}

/**
 * Processes one image: adds the filter's gradient, writes that of x through ReLU, and adds the sums that the
 * batch norm's gradient needs.
 */
export function imageGradient(device: Device, info: WindowInfo, areas: Areas, image: ImageGradient): void {
  const { x, dy, dx, filter: isFilterWanted, mean } = image
  packUpstream(device, dy, areas.upstream, info, paddedOutput(info))
  if (isFilterWanted) addFilter(device, info, areas, dy)
  if (dx === undefined) return
  slideTurned(device, areas.upstream, areas.turned, dx, info)
  const rows = info.height * info.width
  if (mean === 0) device.kernels.maskRows(dx, x, 0, rows, info.channels)
  else device.kernels.maskAndSumRows(dx, x, mean, rows, info.channels, areas.totals)
}

/**
 * Whether dy can be read directly from the planes of `paddedOutput`: only if no stride has spread it and no
 * edge is cut off.
 */
function insideBorder(info: WindowInfo): boolean {
  const { top, left, height, width } = paddedOutput(info)
  const whole = top >= 0 && left >= 0 && top + info.outHeight <= height && left + info.outWidth <= width
  return whole && info.stride[0] === 1 && info.stride[1] === 1
}

function addFilter(
  device: Device,
  info: WindowInfo,
  { planes, upstream, bare, sums }: Areas,
  dy: number,
): void {
  const { channels, outHeight: height, outWidth: width } = info
  if (insideBorder(info)) {
    const border = paddedOutput(info)
    const first = upstream + (border.top * border.width + border.left) * 16
    return addFilterGradient(device, planes, first, sums, info, border)
  }
  device.kernels.packPlanes(dy, bare, height, width, channels, 0, 0, height, width, 1, 1)
  addFilterGradient(device, planes, bare, sums, info, { height, width })
}

/** Writes the filter's gradient after the last image. */
export function closeFilter(device: Device, info: WindowInfo, { sums }: Areas, dFilter: TensorInfo): void {
  const taps = info.kernel[0] * info.kernel[1]
  device.kernels.unpackTaps(sums, device.pointer(dFilter), taps, info.channels)
}

/**
 * Writes the slope [3, C], which turns the gradients of ReLU into those of x, to the address `to`. Call it
 * after the last image.
 */
export function writeSlope(
  device: Device,
  info: WindowInfo,
  { totals }: Areas,
  { variance }: Norm,
  to: number,
  epsilon: number,
): void {
  const rows = info.batch * info.height * info.width
  device.kernels.normSlopes(device.pointer(variance!), totals, 0, 0, to, rows, info.channels, epsilon)
}

/** Applies the batch norm's gradient in place. Call it after the last image. */
export function throughNorm(
  device: Device,
  info: WindowInfo,
  areas: Areas,
  { x, dx, norm }: { x: number; dx: TensorInfo; norm: Norm },
  epsilon: number,
): void {
  writeSlope(device, info, areas, norm, areas.slope, epsilon)
  const at = device.pointer(dx)
  const rows = info.batch * info.height * info.width
  const mean = device.pointer(norm.mean!)
  device.kernels.batchNormInput(x, at, at, mean, areas.slope, rows, info.channels)
}
