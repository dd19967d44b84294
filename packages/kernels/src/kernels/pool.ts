import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { isFloat, wasmKernel, type Four, type WasmKernel } from '../kernel.js'
import { gradientTarget } from '../target.js'
import { paddedBytes, paddedInput, upTo4, windowInfo, type WindowInfo } from '../window.js'

interface PoolAttributes {
  readonly filterSize: [number, number] | number
  readonly strides: [number, number] | number
  readonly pad: Parameters<typeof backend_util.computePool2DInfo>[4]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

const poolWindow = (x: Four, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): WindowInfo =>
  windowInfo(backend_util.computePool2DInfo(x, filterSize, strides, 1, pad, dimRoundingMode))

/**
 * Pooling of x [N, H, W, C]. Like TensorFlow.js's own kernel, an average counts only positions inside the
 * image.
 */
const pooling = (name: 'MaxPool' | 'AvgPool'): WasmKernel =>
  wasmKernel<'x', PoolAttributes>(
    name,
    ({ inputs: { x }, attrs, device }) => {
      const { batch, height, width, channels, outHeight, outWidth, ...info } = poolWindow(
        x.shape as Four,
        attrs,
      )
      const out = device.output([batch, outHeight, outWidth, channels])
      const [from, to] = [device.pointer(x), device.pointer(out)]
      for (let n = 0; n < batch; n++)
        device.kernels.poolImage(
          from + n * height * width * channels * 4,
          to + n * outHeight * outWidth * channels * 4,
          Number(name === 'MaxPool'),
          ...([height, width, channels, outHeight, outWidth] as const),
          ...info.kernel,
          ...info.stride,
          ...info.pad,
        )
      return out
    },
    ({ inputs: { x } }) => isFloat(x) && x.shape.length === 4,
  )

export const maxPool = pooling('MaxPool')
export const avgPool = pooling('AvgPool')

/**
 * ∂/∂x of max pooling: each output's gradient goes to the first position that holds its maximum.
 * TensorFlow.js 4.22's own kernel loses the gradient of windows whose maximum is negative.
 */
export const maxPoolGradient = wasmKernel<'dy' | 'input' | 'output' | 'sum', PoolAttributes>(
  'MaxPoolGrad',
  ({ inputs: { dy, input, output, sum }, attrs, device }) => {
    const info = poolWindow(input.shape as Four, attrs)
    const { kernels } = device
    const { height, width, channels } = info
    const image = height * width * channels * 4
    const target = gradientTarget(device, input.shape, image, sum)
    const border = whole(info)
    const rows = border.height * info.outWidth * 16
    const [planes, highest, shares, sums, area] = device.scratch(
      paddedBytes(border, upTo4(channels)),
      rows,
      rows,
      border.width * 16,
      target.sizes[0],
    )
    const put = target.open([area])
    const above = info.outHeight * info.outWidth * channels * 4
    const padded = [border.top, border.left, border.height, border.width] as const
    kernels.fill(planes, paddedBytes(border, upTo4(channels)) / 4, -Infinity)
    for (let n = 0; n < info.batch; n++) {
      const from = device.pointer(input) + n * image
      kernels.packPlanes(from, planes, height, width, channels, ...padded, 1, 1)
      const outputs = [device.pointer(output) + n * above, device.pointer(dy) + n * above] as const
      const areas = [highest, shares, sums] as const
      const shape = [height, width, channels, ...padded, info.outHeight, info.outWidth] as const
      const window = [...info.kernel, ...info.stride, ...info.dilation] as const
      put(n * image, image, (to) =>
        kernels.maxPoolGradientImage(planes, ...outputs, to, ...areas, ...shape, ...window),
      )
    }
    return target.made[0] ?? []
  },
)

export const AvgPoolGradient = 'SenteiAvgPoolGradient'

/**
 * ∂/∂x of average pooling, in x's shape. An output is the mean of the positions inside the image, so its
 * gradient is shared among them; with `countPadding`, among the whole window. TensorFlow.js 4.22's own kernel
 * divides by the window everywhere, although its forward pass does not.
 */
export const avgPoolGradient = wasmKernel<'dy' | 'sum', AvgPoolAttributes & { inputShape: Four }>(
  AvgPoolGradient,
  ({ inputs: { dy, sum }, attrs, device }) => shareOut(device, dy, attrs.inputShape, attrs, sum),
)

/** The same gradient under tfjs-core's name, which takes the shape from the input itself. */
export const avgPoolGrad = wasmKernel<'dy' | 'input', AvgPoolAttributes>(
  'AvgPoolGrad',
  ({ inputs: { dy, input }, attrs, device }) => shareOut(device, dy, input.shape as Four, attrs),
)

interface AvgPoolAttributes extends PoolAttributes {
  readonly countPadding?: boolean
}

function shareOut(
  device: Device,
  dy: TensorInfo,
  shape: Four,
  attrs: AvgPoolAttributes,
  sum?: TensorInfo,
): TensorInfo | TensorInfo[] {
  const info = poolWindow(shape, attrs)
  const { kernels } = device
  const { channels } = info
  const image = info.height * info.width * channels * 4
  const target = gradientTarget(device, shape, image, sum)
  const border = whole(info)
  const row = info.outWidth * 16
  const sizes = [border.height * row, border.width * 16, row, target.sizes[0]] as const
  const [shares, sums, factors, area] = device.scratch(...sizes)
  const put = target.open([area])
  const areas = [shares, sums, factors] as const
  const shapes = [
    info.height,
    info.width,
    channels,
    border.top,
    border.left,
    border.height,
    border.width,
  ] as const
  const window = [info.outHeight, info.outWidth, ...info.kernel, ...info.stride] as const
  for (let n = 0; n < info.batch; n++) {
    const from = device.pointer(dy) + n * info.outHeight * info.outWidth * channels * 4
    put(n * image, image, (to) =>
      kernels.avgPoolGradientImage(
        from,
        to,
        ...areas,
        ...shapes,
        ...window,
        Number(attrs.countPadding ?? false),
      ),
    )
  }
  return target.made[0] ?? []
}

/** The size of the padded image, large enough for the whole input, whose end the windows may leave out. */
function whole(info: WindowInfo) {
  const border = paddedInput(info)
  return {
    ...border,
    height: Math.max(border.height, border.top + info.height),
    width: Math.max(border.width, border.left + info.width),
  }
}
