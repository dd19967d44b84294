import type { Device } from '../device.js'
import { wasmKernel, type Four } from '../kernel.js'
import { gradientTarget } from '../target.js'
import { paddedBytes, paddedInput, upTo4, upTo8, type WindowInfo } from '../window.js'
import {
  activated,
  closeFilter,
  gradientAreas,
  gradientSizes,
  imageGradient,
  startGradient,
  throughNorm,
  writeSlope,
} from './activated-depthwise.js'
import { convWindow } from './conv.js'
import { clearPlanes, imageBytes, slideImage, type DepthwiseAttributes } from './depthwise.js'

export const Separable = 'SenteiSeparable'
export const SeparableGradient = 'SenteiSeparableGradient'

type Attributes = DepthwiseAttributes & { readonly epsilon: number }
type Inputs = 'x' | 'depthwise' | 'pointwise' | 'mean' | 'variance'

/**
 * y [N, H', W', D] = (depthwise ∗ ReLU(x̂)) · pointwise, and the batch statistics of y: mean [D], variance
 * [D]. x̂ is x [N, H, W, C], normalised if mean and variance are given; depthwise [h, w, C, 1], pointwise
 * [1, 1, C, D]. It works image by image, so that intermediate values are in the cache and are not stored.
 */
export const separable = wasmKernel<Inputs, Attributes>(
  Separable,
  ({ inputs: { x, depthwise, pointwise, ...norm }, attrs, device }) => {
    const info = convWindow(x.shape as Four, depthwise.shape as Four, attrs, true)
    const { kernels } = device
    const { channels } = info
    const outputs = pointwise.shape[3]!
    const rows = info.outHeight * info.outWidth
    const y = device.output([info.batch, info.outHeight, info.outWidth, outputs])
    const [mean, variance] = [device.output([outputs]), device.output([outputs])]
    const [packed, planes, factor, inner, panels, totals] = device.scratch(
      info.kernel[0] * info.kernel[1] * upTo4(channels) * 4,
      paddedBytes(paddedInput(info), upTo4(channels)),
      channels * 4,
      imageBytes(info.outHeight, info.outWidth, channels),
      channels * upTo8(outputs) * 4,
      outputs * 16,
    )
    kernels.packTaps(device.pointer(depthwise), packed, info.kernel[0] * info.kernel[1], channels, 0)
    kernels.packPanels(device.pointer(pointwise), panels, 1, channels, outputs, 0, outputs, 1)
    kernels.clear(totals, outputs * 16)
    clearPlanes(device, planes, paddedInput(info), channels)
    const pack = activated(device, norm, attrs.epsilon, factor)
    for (let n = 0; n < info.batch; n++) {
      const from = device.pointer(x) + n * imageBytes(info.height, info.width, channels)
      const to = device.pointer(y) + n * rows * outputs * 4
      pack(from, planes, info, paddedInput(info))
      slideImage(device, info, planes, packed, inner)
      multiply(device, { from: inner, panels, to, rows, channels, outputs })
      kernels.addStatistics(to, rows, outputs, n * rows, totals)
    }
    kernels.closeStatistics(
      device.pointer(mean),
      device.pointer(variance),
      info.batch * rows,
      outputs,
      totals,
    )
    return [y, mean, variance]
  },
)

/** to [rows, outputs] = from [rows, channels] · packed panels. */
function multiply(
  { kernels }: Device,
  product: { from: number; panels: number; to: number; rows: number; channels: number; outputs: number },
): void {
  const { from, panels, to, rows, channels, outputs } = product
  kernels.productRows(from, panels, to, rows, outputs, channels, channels * 4, 1, 1, 0, 0, outputs * 4, 0)
}

interface GradientAttributes extends Attributes {
  /** Whether the gradient of x is wanted. */
  readonly input: boolean
  /** Whether the gradients of the filters are wanted. */
  readonly filters: boolean
  /** Whether the node that made x computes the gradient of the batch norm before this node. */
  readonly left: boolean
}

/**
 * The wanted gradients of `Separable`, in this order: of x, which is added to `sum` and not returned if that
 * is given; if the gradient of the batch norm in front is left to another node, the slope [3, C] that turns
 * the gradient after it into that before it; of depthwise; of pointwise. If the gradient of a batch norm
 * after y was left to this node, `outMean` [D] and `outSlope` [3, D] are given, dy is the gradient after that
 * norm, and y is read. It works image by image and computes intermediate values again.
 */
export const separableGradient = wasmKernel<
  Inputs | 'y' | 'dy' | 'outMean' | 'outSlope' | 'sum',
  GradientAttributes
>(
  SeparableGradient,
  ({ inputs: { x, y, dy, depthwise, pointwise, outMean, outSlope, sum, ...norm }, attrs, device }) => {
    const info = convWindow(x.shape as Four, depthwise.shape as Four, attrs, true)
    const outputs = pointwise.shape[3]!
    const imageSize = imageBytes(info.height, info.width, info.channels)
    const target = attrs.input ? gradientTarget(device, x.shape, imageSize, sum) : undefined
    const dx = target?.made[0]
    const slope = dx && attrs.left ? device.output([3, info.channels]) : undefined
    const filters = attrs.filters
      ? { depthwise: device.output(depthwise.shape), pointwise: device.output(pointwise.shape) }
      : undefined
    const [packed, inner, front, closed, panels, blocks, evenInner, evenClosed, area, ...rest] =
      device.scratch(...pointwiseSizes(info, outputs), target?.sizes[0] ?? 0, ...gradientSizes(info))
    const areas = gradientAreas(rest)
    const put = target?.open([area])
    const { kernels } = device
    const { channels } = info
    const rows = info.outHeight * info.outWidth
    const pack = activated(device, norm, attrs.epsilon, areas.factor)
    const mean = norm.mean ? device.pointer(norm.mean) : 0
    startGradient(device, info, areas, depthwise)
    kernels.packTaps(device.pointer(depthwise), packed, info.kernel[0] * info.kernel[1], channels, 0)
    kernels.packPanels(device.pointer(pointwise), panels, 1, outputs, channels, 0, 1, outputs)
    kernels.clear(blocks, upTo4(channels) * upTo8(outputs) * 4)
    for (let n = 0; n < info.batch; n++) {
      const at = n * imageSize
      const above = n * rows * outputs * 4
      let upstream = device.pointer(dy) + above
      if (outSlope) {
        const behind = [device.pointer(y) + above, upstream, closed, device.pointer(outMean)] as const
        kernels.batchNormInput(...behind, device.pointer(outSlope), rows, outputs)
        upstream = closed
      }
      if (filters) {
        pack(device.pointer(x) + at, areas.planes, info, paddedInput(info))
        slideImage(device, info, areas.planes, packed, inner)
        const [c4, d8] = [upTo4(channels), upTo8(outputs)]
        const a = even(device, info, { from: inner, to: evenInner, depth: channels, padded: c4 })
        const b = even(device, info, { from: upstream, to: evenClosed, depth: outputs, padded: d8 })
        kernels.transposedProduct(a, b, blocks, 1, rows, channels, outputs, c4 * 4, 0, d8 * 4, 0)
      }
      multiply(device, { from: upstream, panels, to: front, rows, channels: outputs, outputs: channels })
      const hasFilters = filters !== undefined
      const image = (to?: number) =>
        imageGradient(device, info, areas, {
          x: device.pointer(x) + at,
          dy: front,
          mean,
          filter: hasFilters,
          dx: to,
        })
      if (put) put(at, imageSize, image)
      else image()
    }
    if (filters) {
      closeFilter(device, info, areas, filters.depthwise)
      kernels.unpackBlocks(blocks, device.pointer(filters.pointwise), channels, outputs, outputs * 4)
    }
    if (slope) writeSlope(device, info, areas, norm, device.pointer(slope), attrs.epsilon)
    else if (dx && norm.variance)
      throughNorm(device, info, areas, { x: device.pointer(x), dx, norm }, attrs.epsilon)
    return [dx, slope, filters?.depthwise, filters?.pointwise].filter((tensor) => tensor !== undefined)
  },
)

/**
 * The sizes in bytes of: taps; the depthwise convolution's image and its gradient; y's gradient; panels and
 * blocks; padded copies of the two images for the product.
 */
function pointwiseSizes(info: WindowInfo, outputs: number) {
  const { channels, outHeight, outWidth } = info
  const [c4, d8] = [upTo4(channels), upTo8(outputs)]
  const image = (depth: number) => imageBytes(outHeight, outWidth, depth)
  return [
    info.kernel[0] * info.kernel[1] * c4 * 4,
    image(channels),
    image(channels),
    image(outputs),
    outputs * upTo8(channels) * 4,
    c4 * d8 * 4,
    c4 === channels ? 0 : image(c4),
    d8 === outputs ? 0 : image(d8),
  ] as const
}

/**
 * An image in a form that the product of images can read: itself, or a copy at `to` with its depth padded
 * with zeros.
 */
function even(
  { kernels }: Device,
  { outHeight: h, outWidth: w }: WindowInfo,
  { from, to, depth, padded }: { from: number; to: number; depth: number; padded: number },
): number {
  if (depth === padded) return from
  kernels.packImage(from, to, h, w, depth, padded, 0, 0, h, w, 1, 1)
  return to
}
