import { wasmKernel, type Four } from '../kernel.js'
import { areaOf, openPlans, type Plan } from '../plan.js'
import { gradientTarget, type Put } from '../target.js'
import { convWindow, type ConvAttributes } from './conv.js'
import type { Slide, FilterSum } from './correlation-types.js'
import { forwardCorrelation, inputGradient } from './correlation.js'
import { filterGradient } from './filter-gradient.js'
import { groupOf, overGroups } from './groups.js'

export const ConvNorm = 'SenteiConvNorm'
export const ConvNormGradient = 'SenteiConvNormGradient'

/**
 * y [N, H', W', D] = x [N, H, W, C] ∗ filter [h, w, C, D], and the batch statistics of y, mean [D] and
 * variance [D], which are summed while y is in cache.
 */
export const convNorm = wasmKernel<'x' | 'filter', ConvAttributes>(
  ConvNorm,
  ({ inputs: { x, filter }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs)
    const { kernels } = device
    const outputs = filter.shape[3]!
    const rows = info.outHeight * info.outWidth
    const y = device.output([info.batch, info.outHeight, info.outWidth, outputs])
    const [mean, variance] = [device.output([outputs]), device.output([outputs])]
    const [slide, totals] = openPlans<[Slide, number]>(
      device,
      forwardCorrelation(device, info, filter),
      areaOf(outputs * 16),
    )
    kernels.clear(totals, outputs * 16)
    overGroups(info.batch, groupOf(rows * outputs * 4, info.batch), (first, count) => {
      const to = device.pointer(y) + first * rows * outputs * 4
      slide(device.pointer(x) + first * info.height * info.width * info.channels * 4, to, count)
      kernels.addStatistics(to, count * rows, outputs, first * rows, totals)
    })
    const statistics = [device.pointer(mean), device.pointer(variance)] as const
    kernels.closeStatistics(...statistics, info.batch * rows, outputs, totals)
    return [y, mean, variance]
  },
)

interface GradientAttributes extends ConvAttributes {
  readonly inputShape: Four
  /** Whether the gradient of x is wanted. */
  readonly input: boolean
  /** Whether the gradient of the filter is wanted. */
  readonly filters: boolean
}

/**
 * The wanted gradients of `ConvNorm`: of x, which is added to `sum` and not returned if that is given, then
 * of the filter. dy is the gradient after the batch norm, whose mean [D] and slope [3, D] turn it into that
 * of y (see `norm-slope.ts`). x is only needed for the filter's gradient.
 */
export const convNormGradient = wasmKernel<
  'x' | 'y' | 'dy' | 'filter' | 'mean' | 'slope' | 'sum',
  GradientAttributes
>(ConvNormGradient, ({ inputs: { x, y, dy, filter, mean, slope, sum }, attrs, device }) => {
  const info = convWindow(attrs.inputShape, filter.shape as Four, attrs)
  const outputs = filter.shape[3]!
  const rows = info.outHeight * info.outWidth
  const [imageIn, imageOut] = [info.height * info.width * info.channels * 4, rows * outputs * 4]
  const group = groupOf(imageOut, info.batch)
  const target = attrs.input ? gradientTarget(device, attrs.inputShape, group * imageIn, sum) : undefined
  const dFilter = attrs.filters ? device.output(filter.shape) : undefined
  const [slide, put, filterSum, closed] = openPlans<
    [Slide | undefined, Put | undefined, FilterSum | undefined, number]
  >(
    device,
    target ? inputGradient(device, info, filter) : nothing,
    target ?? nothing,
    dFilter ? filterGradient(device, info, outputs) : nothing,
    areaOf(group * imageOut),
  )
  overGroups(info.batch, group, (first, count) => {
    const [above, upstream] = [device.pointer(y), device.pointer(dy)].map((at) => at + first * imageOut)
    const norm = [device.pointer(mean), device.pointer(slope)] as const
    device.kernels.batchNormInput(above!, upstream!, closed, ...norm, count * rows, outputs)
    put?.(first * imageIn, count * imageIn, (to) => slide!(closed, to, count))
    filterSum?.add(device.pointer(x) + first * imageIn, closed, count)
  })
  if (dFilter) filterSum!.close(device.pointer(dFilter))
  return [...(target?.made ?? []), ...(dFilter ? [dFilter] : [])]
})

const nothing: Plan<undefined> = { sizes: [], open: () => undefined }
