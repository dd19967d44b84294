import { backend_util } from '@tensorflow/tfjs-core'
import { isFloat, wasmKernel, type Four } from '../kernel.js'
import { openPlans } from '../plan.js'
import { gradientTarget, type Put } from '../target.js'
import { windowInfo, type WindowInfo } from '../window.js'
import type { Slide } from './correlation-types.js'
import { forwardCorrelation, inputGradient } from './correlation.js'
import { filterGradient } from './filter-gradient.js'
import { groupOf, overGroups } from './groups.js'

/** tfjs-core's attributes of convolutions, including the dilations, which its gradients leave out. */
export interface ConvAttributes {
  readonly strides: [number, number] | number
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4]
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations?: [number, number] | number
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export const convWindow = (x: Four, filter: Four, attrs: ConvAttributes, depthwise = false): WindowInfo =>
  windowInfo(
    backend_util.computeConv2DInfo(
      x,
      filter,
      attrs.strides,
      attrs.dilations ?? 1,
      attrs.pad,
      attrs.dimRoundingMode,
      depthwise,
    ),
  )

const channelsLast = ({ dataFormat = 'NHWC' }: ConvAttributes): boolean => dataFormat === 'NHWC'

/** x [N, H, W, C], filter [h, w, C, D] → [N, H', W', D]. */
export const conv2d = wasmKernel<'x' | 'filter', ConvAttributes>(
  'Conv2D',
  ({ inputs: { x, filter }, attrs, device }) => {
    const info = convWindow(x.shape as Four, filter.shape as Four, attrs)
    const out = device.output([info.batch, info.outHeight, info.outWidth, filter.shape[3]!])
    const [slide] = openPlans(device, forwardCorrelation(device, info, filter))
    slide(device.pointer(x), device.pointer(out), info.batch)
    return out
  },
  ({ inputs: { x, filter }, attrs }) => isFloat(x) && isFloat(filter) && channelsLast(attrs),
)

/** ∂/∂x of `Conv2D`. It is added to `sum` if given. */
export const conv2dInputGradient = wasmKernel<'dy' | 'filter' | 'sum', ConvAttributes & { inputShape: Four }>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter, sum }, attrs, device }) => {
    const info = convWindow(attrs.inputShape, filter.shape as Four, attrs)
    const imageIn = info.height * info.width * info.channels * 4
    const imageOut = info.outHeight * info.outWidth * filter.shape[3]! * 4
    const group = sum ? groupOf(imageIn, info.batch) : info.batch
    const target = gradientTarget(device, attrs.inputShape, group * imageIn, sum)
    const [slide, put] = openPlans<[Slide, Put]>(device, inputGradient(device, info, filter), target)
    overGroups(info.batch, group, (first, count) => {
      const from = device.pointer(dy) + first * imageOut
      put(first * imageIn, count * imageIn, (to) => slide(from, to, count))
    })
    return target.made[0] ?? []
  },
  ({ inputs: { dy, filter }, attrs }) => isFloat(dy) && isFloat(filter) && channelsLast(attrs),
)

/** ∂/∂filter of `Conv2D`. */
export const conv2dFilterGradient = wasmKernel<'x' | 'dy', ConvAttributes & { filterShape: Four }>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, device }) => {
    const info = convWindow(x.shape as Four, attrs.filterShape, attrs)
    const out = device.output(attrs.filterShape)
    const [sum] = openPlans(device, filterGradient(device, info, attrs.filterShape[3]))
    sum.add(device.pointer(x), device.pointer(dy), info.batch)
    sum.close(device.pointer(out))
    return out
  },
)
