import * as tf from '@tensorflow/tfjs-core'
import type { KernelName } from '../../src/backend/kernel-table.js'
import { activations } from '../../src/nn/functions/activations.js'
import { batchNormGradient, batchStatistics, normalise } from '../../src/nn/functions/batch-norm.js'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseConv2d,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from '../../src/nn/functions/conv.js'
import { convNorm, convNormGradient } from '../../src/nn/functions/conv-norm.js'
import { crop, cropGradient } from '../../src/nn/functions/crop.js'
import { denseBiasGradient } from '../../src/nn/functions/dense.js'
import {
  activatedDepthwise,
  activatedDepthwiseGradient,
  normalisedSum,
  normalisedSumGradient,
} from '../../src/nn/functions/fused.js'
import {
  avgPool,
  avgPoolGradient,
  maxPool,
  maxPoolGradient,
  spreadMean,
} from '../../src/nn/functions/pool.js'
import { reluGradient } from '../../src/nn/functions/relu.js'
import { separable, separableGradient } from '../../src/nn/functions/separable.js'
import { sumRows, type Window } from '../../src/nn/functions/spatial.js'
import { splitFeatures } from '../../src/nn/functions/split.js'
import { gateGradients, scaledBy, weightedSum } from '../../src/nn/functions/weighted-sum.js'
import { losses } from '../../src/objective/losses.js'
import { draw } from '../../packages/kernels/test/conformance/reference/operand.js'

/** Normal draws as a tensor, the same numbers for the same name and shape on every device. */
export const drawn = <T extends tf.Tensor = tf.Tensor4D>(name: string, ...shape: number[]): T =>
  tf.tensor(Float32Array.from(draw(name, shape).values), shape) as T

const positive = (name: string, n: number): tf.Tensor1D => tf.add(tf.abs(drawn<tf.Tensor1D>(name, n)), 0.5)
const norm = (n: number) => ({ mean: drawn<tf.Tensor1D>('mean', n), variance: positive('variance', n) })

const plain: Window = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] }
const strided: Window = { ...plain, stride: [2, 2] }
const dilated: Window = { ...plain, dilation: [2, 2] }
const windows = [plain, strided, dilated, { ...plain, kernel: [1, 1] } as Window]

const [n, h, w, c, d] = [2, 7, 6, 5, 3]
const image = () => drawn('x', n, h, w, c)
/** A gradient of what a window with strides makes of the image. */
const after = ({ stride: [rows, columns] }: Window, channels: number) =>
  drawn('dy', n, Math.ceil(h / rows), Math.ceil(w / columns), channels)
const filter = ({ kernel }: Window) => drawn('filter', ...kernel, c, d)
const depthwise = ({ kernel }: Window) => drawn('depthwise', ...kernel, c, 1)
const pointwise = () => drawn('pointwise', 1, 1, c, d)
const size: [number, number, number, number] = [n, h, w, c]

/** What some function gives without a sum, and with one that it may add to. */
const both = (gradient: (sum?: tf.Tensor) => tf.Tensor): tf.Tensor[] => {
  const sum = drawn('sum', ...size)
  const other = gradient(sum)
  // Without a kernel that adds, a function gives the gradient alone, and whoever called it adds.
  return [gradient(), other === sum ? sum : tf.add(other, sum)]
}

/** The value of a loss, and its gradient. */
const lossOf = (name: keyof typeof losses, targets: () => tf.Tensor): tf.Tensor[] => {
  const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => losses[name](x as tf.Tensor2D, targets()))(
    drawn('outputs', 6, 4),
  )
  return [value, grad]
}

const threeNorms = () => [norm(c), undefined, norm(c)]
const three = () => ['a', 'b', 'c'].map((name) => drawn(name, ...size))
const gates = () => drawn<tf.Tensor1D>('gates', 3)
const wanted = { input: true, filters: true }

/**
 * For each kernel of the table: the functions of Sentei that call it where a device has it, on a few numbers.
 * Their results are the same with the kernel and without.
 */
export const samples: Readonly<Record<KernelName, () => tf.Tensor[]>> = {
  Conv2D: () => windows.map((window) => conv2d(image(), filter(window), window)),
  Conv2DBackpropInput: () =>
    windows.flatMap((window) =>
      both((sum) => conv2dInputGradient(after(window, d), filter(window), size, window, sum)),
    ),
  Conv2DBackpropFilter: () =>
    windows.map((window) => conv2dFilterGradient(image(), after(window, d), window)),
  DepthwiseConv2dNative: () => windows.map((window) => depthwiseConv2d(image(), depthwise(window), window)),
  DepthwiseConv2dNativeBackpropInput: () =>
    windows.map((window) => depthwiseInputGradient(after(window, c), depthwise(window), size, window)),
  DepthwiseConv2dNativeBackpropFilter: () =>
    windows.map((window) => depthwiseFilterGradient(image(), after(window, c), window)),
  SenteiConvNorm: () =>
    windows.flatMap((window) => {
      const { y, statistics } = convNorm(image(), filter(window), window)
      return [y, statistics.mean, statistics.variance]
    }),
  SenteiConvNormGradient: () =>
    windows.flatMap((window) => {
      const { y, statistics } = convNorm(image(), filter(window), window)
      const behind = { y, mean: statistics.mean, slope: drawn<tf.Tensor2D>('slope', 3, d) }
      const gradients = convNormGradient(image(), after(window, d), filter(window), window, behind, {
        ...wanted,
        shape: size,
      })
      return [gradients.dx!, gradients.dKernel!]
    }),
  SenteiActivatedDepthwise: () =>
    windows.flatMap((window) =>
      [undefined, norm(c)].map((front) => activatedDepthwise(image(), depthwise(window), window, front)),
    ),
  SenteiActivatedDepthwiseGradient: () =>
    windows.flatMap((window) =>
      [undefined, norm(c)].flatMap((front) => {
        const given = [image(), after(window, c), depthwise(window), window, front, wanted] as const
        const { dx, dKernel } = activatedDepthwiseGradient(...given)
        return [dx!, dKernel!]
      }),
    ),
  SenteiSeparable: () =>
    windows.flatMap((window) =>
      [undefined, norm(c)].flatMap((front) => {
        const kernels = { depthwise: depthwise(window), pointwise: pointwise(), window }
        const { y, statistics } = separable(image(), kernels, front)
        return [y, statistics.mean, statistics.variance]
      }),
    ),
  SenteiSeparableGradient: () =>
    windows.flatMap((window) =>
      [false, true].flatMap((left) => {
        const kernels = { depthwise: depthwise(window), pointwise: pointwise(), window }
        const all = { ...wanted, left }
        const { dx, slope, dDepthwise, dPointwise } = separableGradient(
          ...([image(), after(window, d), kernels, norm(c), undefined, all] as const),
        )
        return [...(slope ? [slope] : []), dx!, dDepthwise!, dPointwise!]
      }),
    ),
  AvgPool: () => [plain, strided].map((window) => avgPool(image(), window)),
  MaxPoolGrad: () =>
    [plain, strided].flatMap((window) => {
      const [x, y] = [image(), maxPool(image(), window)]
      return both((sum) => maxPoolGradient(after(window, c), x, y, window, sum))
    }),
  SenteiAvgPoolGradient: () =>
    [plain, strided].flatMap((window) => both((sum) => avgPoolGradient(after(window, c), size, window, sum))),
  SenteiBatchStatistics: () => {
    const { mean, variance } = batchStatistics(image())
    return [mean, variance]
  },
  SenteiNormalise: () => [
    normalise(image(), norm(c)),
    normalise(image(), norm(c), { scale: drawn('scale', c), offset: drawn('offset', c) }),
  ],
  SenteiBatchNormGradient: () =>
    [undefined, drawn<tf.Tensor1D>('scale', c)].flatMap((scale) => {
      const statistics = batchStatistics(image())
      const { dx, dScale, dOffset } = batchNormGradient(image(), drawn('dy', ...size), statistics, scale)
      return [dx, dScale, dOffset]
    }),
  Sum: () => [sumRows(drawn<tf.Tensor2D>('x', 70, 9)), denseBiasGradient(drawn<tf.Tensor2D>('x', 70, 9))],
  SenteiSpread: () => [spreadMean(drawn<tf.Tensor2D>('dy', n, c), size)],
  SenteiReluGradient: () =>
    [undefined, 1].flatMap((limit) =>
      both((sum) => reluGradient(drawn('dy', ...size), tf.relu(image()), limit, sum)),
    ),
  SenteiActivationGradient: () =>
    (['tanh', 'sigmoid', 'elu'] as const).flatMap((of) =>
      both((sum) => activations[of].gradient(drawn('dy', ...size), activations[of].of(image()), sum)),
    ),
  SenteiWeightedSum: () => [weightedSum(three(), gates())],
  SenteiGateGradients: () => [gateGradients(three(), drawn('dy', ...size))],
  SenteiScaleBy: () => [0, 2].map((m) => scaledBy(drawn('dy', ...size), gates(), m)),
  SenteiMix: () => [normalisedSum(three(), gates(), threeNorms())],
  SenteiMixGradient: () => {
    const given = [three(), drawn('dy', ...size), gates(), threeNorms()] as const
    const { members, dGates } = normalisedSumGradient(...given, [true, false, false])
    return [...members, dGates]
  },
  SenteiCrop: () => [crop(image(), 1, 2), crop(image(), 0, 0)],
  SenteiCropGradient: () => [cropGradient(image(), 1, 2)],
  SenteiSplitFeatures: () => splitFeatures(image(), [1, c - 1]),
  SenteiCrossEntropy: () => [
    ...lossOf('cross-entropy', () => tf.tensor1d([0, 1, 2, 3, 0, 1])),
    ...lossOf('cross-entropy', () => tf.softmax(drawn<tf.Tensor2D>('targets', 6, 4))),
    ...lossOf('weighted-cross-entropy', () => tf.abs(drawn('targets', 6, 4))),
  ],
  SenteiDifferenceLoss: () =>
    (['mse', 'mae', 'huber'] as const).flatMap((name) => lossOf(name, () => drawn('targets', 6, 4))),
}
