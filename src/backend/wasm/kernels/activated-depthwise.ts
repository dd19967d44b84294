import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { wasmKernel, type Four } from '../kernel.js'
import { paddedBytes, paddedInput, paddedOutput, upTo4, type WindowInfo } from '../window.js'
import { convWindow } from './conv.js'
import {
  addFilterGradient,
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

/** A batch norm in front: without scale and offset. Both or none. */
interface Norm {
  readonly mean?: TensorInfo
  readonly variance?: TensorInfo
}

type Attributes = DepthwiseAttributes & { readonly epsilon: number }

/** Depthwise convolution of ReLU(x), or of ReLU((x − mean) / √(variance + ε)) where these are given. */
export const activatedDepthwise = wasmKernel<'x' | 'filter' | 'mean' | 'variance', Attributes>(
  ActivatedDepthwise,
  ({ inputs: { x, filter, ...norm }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
    const out = device.output([info.batch, info.outHeight, info.outWidth, info.channels])
    const [packed, planes, factor] = forwardScratch(device, info, info.channels * 4)
    device.kernels.packTaps(device.pointer(filter), packed, info.kernel[0] * info.kernel[1], info.channels, 0)
    const pack = activated(device, norm, inverseDeviation(device, norm, attrs.epsilon), factor)
    slideImages(device, info, { x: device.pointer(x), out: device.pointer(out), packed, planes, pack })
    return out
  },
)

/** 1 / √(variance + ε) of each channel; undefined where nothing is normalised. */
const inverseDeviation = (device: Device, { variance }: Norm, epsilon: number): Float64Array | undefined =>
  variance && Float64Array.from(device.numbers(variance), (v) => 1 / Math.sqrt(v + epsilon))

/** Packs ReLU of an image, normalised where there is a batch norm; its factors are written down at `factor`. */
function activated(device: Device, { mean }: Norm, inverse: Float64Array | undefined, factor: number): Pack {
  if (inverse) device.write(factor, inverse, 'f32')
  const centre = mean ? device.pointer(mean) : 0
  return (from, to, { height: h, width: w, channels }, { top, left, height, width }) =>
    device.kernels.packActivated(from, to, h, w, channels, top, left, height, width, centre, factor)
}

/**
 * The gradients of `ActivatedDepthwise` that are wanted, in this order: of x, through ReLU and batch norm, and of the
 * filter. One image after the other, so that each is packed once and is in the cache for all that is done with it:
 *
 *   d = ReLU′ ⊙ (dy spread ∗ turned filter),  dx = d, or (d − mean(d) − x̂ · mean(d ⊙ x̂)) / σ behind a batch norm
 */
export const activatedDepthwiseGradient = wasmKernel<
  'x' | 'dy' | 'filter' | 'mean' | 'variance',
  Attributes & { readonly input: boolean; readonly own: boolean }
>(ActivatedDepthwiseGradient, ({ inputs: { x, dy, filter, ...norm }, attrs, device }) => {
  const info = convWindow(x.shape as Four, filter.shape as Four, attrs, true)
  const dx = attrs.input ? device.output(x.shape) : undefined
  const dFilter = attrs.own ? device.output(filter.shape) : undefined
  const areas = gradientAreas(device, info)
  const inverse = inverseDeviation(device, norm, attrs.epsilon)
  const { kernels } = device
  const taps = info.kernel[0] * info.kernel[1]
  kernels.packTaps(device.pointer(filter), areas.turned, taps, info.channels, 1)
  kernels.clear(areas.sums, taps * upTo4(info.channels) * 4)
  kernels.clear(areas.totals, info.channels * 16)
  const pack = activated(device, norm, inverse, areas.factor)
  const mean = norm.mean ? device.pointer(norm.mean) : 0
  const [from, upstream] = [device.pointer(x), device.pointer(dy)]
  for (let n = 0; n < info.batch; n++) {
    const at = n * imageBytes(info.height, info.width, info.channels)
    const above = upstream + n * imageBytes(info.outHeight, info.outWidth, info.channels)
    packUpstream(device, above, areas.upstream, info, paddedOutput(info))
    if (dFilter) {
      pack(from + at, areas.planes, info, paddedInput(info))
      addFilter(device, info, areas, above)
    }
    if (dx) {
      const to = device.pointer(dx) + at
      slideTurned(device, areas.upstream, areas.turned, to, info)
      closeAndSum(device, info, { to, x: from + at, mean, totals: areas.totals })
    }
  }
  if (dFilter) kernels.unpackTaps(areas.sums, device.pointer(dFilter), taps, info.channels)
  if (dx && inverse) throughNorm(device, info, { x: from, dx: device.pointer(dx), mean, inverse, areas })
  return [...(dx ? [dx] : []), ...(dFilter ? [dFilter] : [])]
})

type Areas = ReturnType<typeof gradientAreas>

function gradientAreas(device: Device, info: WindowInfo) {
  const { channels } = info
  const c4 = upTo4(channels)
  const tapBytes = info.kernel[0] * info.kernel[1] * c4 * 4
  const [turned, sums, planes, upstream, bare, totals, factor, share, slope] = device.scratch(
    tapBytes,
    tapBytes,
    paddedBytes(paddedInput(info), c4),
    paddedBytes(paddedOutput(info), c4),
    insideBorder(info) ? 0 : info.outHeight * info.outWidth * c4 * 4,
    channels * 16,
    channels * 4,
    channels * 4,
    channels * 4,
  )
  return { turned, sums, planes, upstream, bare, totals, factor, share, slope }
}

/** Can dy be read where it lies in the planes of `paddedOutput`? Not where a stride has spread it, or an edge is cut. */
function insideBorder(info: WindowInfo): boolean {
  const { top, left, height, width } = paddedOutput(info)
  const whole = top >= 0 && left >= 0 && top + info.outHeight <= height && left + info.outWidth <= width
  return whole && info.stride[0] === 1 && info.stride[1] === 1
}

function addFilter(device: Device, info: WindowInfo, areas: Areas, above: number): void {
  const { channels, outHeight, outWidth } = info
  if (insideBorder(info)) {
    const border = paddedOutput(info)
    const first = areas.upstream + (border.top * border.width + border.left) * 16
    return addFilterGradient(device, areas.planes, first, areas.sums, info, border)
  }
  device.kernels.packPlanes(
    above,
    areas.bare,
    outHeight,
    outWidth,
    channels,
    0,
    0,
    outHeight,
    outWidth,
    1,
    1,
    0,
  )
  addFilterGradient(device, areas.planes, areas.bare, areas.sums, info, {
    height: outHeight,
    width: outWidth,
  })
}

/** ReLU's part of one image, and what the batch norm's will ask for. */
function closeAndSum(
  { kernels }: Device,
  { height, width, channels }: WindowInfo,
  { to, x, mean, totals }: { to: number; x: number; mean: number; totals: number },
): void {
  if (mean === 0) kernels.maskRows(to, x, 0, height * width, channels)
  else kernels.maskAndSumRows(to, x, mean, height * width, channels, totals)
}

/** The batch norm's part, in place. */
function throughNorm(
  device: Device,
  info: WindowInfo,
  {
    x,
    dx,
    mean,
    inverse,
    areas,
  }: { x: number; dx: number; mean: number; inverse: Float64Array; areas: Areas },
): void {
  const { channels } = info
  const { factor, share, slope } = areas
  const rows = info.batch * info.height * info.width
  const sums = device.readDoubles(areas.totals, channels * 2)
  device.write(
    share,
    inverse.map((_, c) => sums[c]! / rows),
    'f32',
  )
  device.write(
    slope,
    inverse.map((s, c) => (sums[channels + c]! * s * s) / rows),
    'f32',
  )
  device.kernels.batchNormInput(x, dx, dx, mean, factor, share, slope, rows, channels)
}
