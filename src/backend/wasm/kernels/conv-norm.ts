import { wasmKernel, type Four } from '../kernel.js'
import { areaOf, openPlans, type Plan } from '../plan.js'
import { convWindow, type ConvAttributes } from './conv.js'
import { forwardCorrelation, inputGradient, type Slide } from './correlation.js'
import { filterGradient, type FilterSum } from './filter-gradient.js'

export const ConvNorm = 'SenteiConvNorm'
export const ConvNormGradient = 'SenteiConvNormGradient'

/** Bytes of output, or of its gradient, that are made and read again while they are in cache. */
const groupBytes = 1 << 17

/** Images [H', W', D] that fit. */
const groupOf = (imageBytes: number, batch: number): number =>
  Math.max(1, Math.min(batch, Math.floor(groupBytes / imageBytes)))

function overGroups(batch: number, group: number, work: (first: number, count: number) => void): void {
  for (let first = 0; first < batch; first += group) work(first, Math.min(group, batch - first))
}

/**
 * y [N, H', W', D] = x [N, H, W, C] ∗ filter [h, w, C, D], and y's batch statistics, mean [D] and variance [D], which are
 * summed while y is in cache.
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
    const found = [device.pointer(mean), device.pointer(variance)] as const
    kernels.closeStatistics(...found, info.batch * rows, outputs, totals)
    return [y, mean, variance]
  },
)

interface GradientAttributes extends ConvAttributes {
  readonly inputShape: Four
  /** Is the gradient of x wanted? */
  readonly input: boolean
  /** Is that of the filter? */
  readonly own: boolean
}

/**
 * The gradients of `ConvNorm` that are wanted, of x, then of the filter; dy is the gradient behind the batch norm, whose
 * mean [D] and slope [3, D] turn it into that of y (see `norm-slope.ts`). x is needed for the filter's alone.
 */
export const convNormGradient = wasmKernel<
  'x' | 'y' | 'dy' | 'filter' | 'mean' | 'slope',
  GradientAttributes
>(ConvNormGradient, ({ inputs: { x, y, dy, filter, mean, slope }, attrs, device }) => {
  const info = convWindow(attrs.inputShape, filter.shape as Four, attrs)
  const { batch, channels } = info
  const { kernels } = device
  const outputs = filter.shape[3]!
  const rows = info.outHeight * info.outWidth
  const dx = attrs.input ? device.output(attrs.inputShape) : undefined
  const dFilter = attrs.own ? device.output(filter.shape) : undefined
  const group = groupOf(rows * outputs * 4, batch)
  const [slide, sum, closed] = openPlans<[Slide | undefined, FilterSum | undefined, number]>(
    device,
    dx ? inputGradient(device, info, filter) : nothing,
    dFilter ? filterGradient(device, info, outputs) : nothing,
    areaOf(group * rows * outputs * 4),
  )
  overGroups(batch, group, (first, count) => {
    const [at, above] = [first * info.height * info.width * channels * 4, first * rows * outputs * 4]
    kernels.batchNormInput(
      device.pointer(y) + above,
      device.pointer(dy) + above,
      closed,
      device.pointer(mean),
      device.pointer(slope),
      count * rows,
      outputs,
    )
    if (dx) slide!(closed, device.pointer(dx) + at, count)
    if (dFilter) sum!.add(device.pointer(x) + at, closed, count)
  })
  if (dFilter) sum!.close(device.pointer(dFilter))
  return [dx, dFilter].filter((tensor) => tensor !== undefined)
})

const nothing: Plan<undefined> = { sizes: [], open: () => undefined }
