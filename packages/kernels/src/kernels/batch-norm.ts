import { sizeOf, wasmKernel } from '../kernel.js'

/** The names of kernels that TensorFlow.js does not have. */
export const BatchStatistics = 'SenteiBatchStatistics'
export const Normalise = 'SenteiNormalise'
export const BatchNormGradient = 'SenteiBatchNormGradient'

/** x [N, …, C] → mean [C] and biased variance [C], in one sweep. */
export const batchStatistics = wasmKernel<'x'>(BatchStatistics, ({ inputs: { x }, device }) => {
  const channels = x.shape[x.shape.length - 1]!
  const rows = sizeOf(x.shape) / channels
  const [mean, variance] = [device.output([channels]), device.output([channels])]
  const [totals] = device.scratch(channels * 16)
  device.kernels.clear(totals, channels * 16)
  device.kernels.addStatistics(device.pointer(x), rows, channels, 0, totals)
  device.kernels.closeStatistics(device.pointer(mean), device.pointer(variance), rows, channels, totals)
  return [mean, variance]
})

/**
 * y = (x − mean) / √(variance + epsilon) · scale + offset for each channel; scale and offset may be left out.
 */
export const normalise = wasmKernel<'x' | 'mean' | 'variance' | 'scale' | 'offset', { epsilon: number }>(
  Normalise,
  ({ inputs: { x, mean, variance, scale, offset }, attrs, device }) => {
    const channels = x.shape[x.shape.length - 1]!
    const y = device.output(x.shape)
    const [factor] = device.scratch(channels * 4)
    const { kernels } = device
    const of = [device.pointer(variance), scale ? device.pointer(scale) : 0] as const
    kernels.normFactors(...of, 0, factor, channels, attrs.epsilon)
    kernels.normaliseRows(
      device.pointer(x),
      device.pointer(y),
      device.pointer(mean),
      factor,
      offset ? device.pointer(offset) : 0,
      sizeOf(x.shape) / channels,
      channels,
    )
    return y
  },
)

/**
 * The gradient of batch norm by the batch's own statistics (arXiv:1502.03167, §3): dx, dscale, doffset.
 *
 *   dx = scale / σ · (dy − mean(dy) − x̂ · mean(dy · x̂)),  x̂ = (x − mean) / σ
 */
export const batchNormGradient = wasmKernel<'x' | 'dy' | 'mean' | 'variance' | 'scale', { epsilon: number }>(
  BatchNormGradient,
  ({ inputs: { x, dy, mean, variance, scale }, attrs, device }) => {
    const channels = x.shape[x.shape.length - 1]!
    const rows = sizeOf(x.shape) / channels
    const dx = device.output(x.shape)
    const [dScale, dOffset] = [device.output([channels]), device.output([channels])]
    const [totals, slope] = device.scratch(channels * 16, channels * 12)
    const { kernels } = device
    const pointers = [device.pointer(x), device.pointer(dy)] as const
    kernels.clear(totals, channels * 16)
    kernels.batchNormSums(...pointers, device.pointer(mean), rows, channels, totals)
    const of = [device.pointer(variance), totals] as const
    kernels.normSlopes(...of, scale ? device.pointer(scale) : 0, 0, slope, rows, channels, attrs.epsilon)
    kernels.normAffineGradients(
      ...of,
      device.pointer(dScale),
      device.pointer(dOffset),
      channels,
      attrs.epsilon,
    )
    kernels.batchNormInput(...pointers, device.pointer(dx), device.pointer(mean), slope, rows, channels)
    return [dx, dScale, dOffset]
  },
)
