import { BatchNormGradient, BatchStatistics, Normalise } from '../src/kernels/batch-norm.js'
import { SplitFeatures } from '../src/kernels/concat.js'
import { ActivatedDepthwise, ActivatedDepthwiseGradient } from '../src/kernels/activated-depthwise.js'
import { ConvNorm, ConvNormGradient } from '../src/kernels/conv-norm.js'
import { ReluGradient } from '../src/kernels/elementwise.js'
import { Mix, MixGradient } from '../src/kernels/mix.js'
import { Spread } from '../src/kernels/reduce.js'
import { Separable, SeparableGradient } from '../src/kernels/separable.js'

/** One kernel on inputs of some shapes, and what it has to do at least. */
export interface KernelCase {
  readonly title: string
  /** The kernel's name. */
  readonly name: string
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly attrs: object
  /** Floating-point operations, or bytes read and written once. */
  readonly flop?: number
  readonly bytes?: number
  /** Is TensorFlow.js's own result another one (because it is wrong, or lacks an attribute)? */
  readonly comparable?: boolean
}

const x = [64, 16, 16, 32]
const rows = 64 * 16 * 16
const size = rows * 32
const window = (kernel: number, stride = 1, dilation = 1) => ({
  strides: [stride, stride],
  dilations: [dilation, dilation],
  pad: 'same',
  dataFormat: 'NHWC',
  kernel,
})

/** A convolution and its two gradients. TensorFlow.js's input gradient knows no dilation. */
function convolved(
  title: string,
  shapes: Readonly<Record<'x' | 'filter' | 'out', readonly number[]>>,
  attrs: ReturnType<typeof window>,
  flop: number,
): KernelCase[] {
  const { x, filter, out } = shapes
  const comparable = attrs.dilations.every((n) => n === 1)
  return [
    { title, name: 'Conv2D', inputs: { x, filter }, attrs, flop },
    {
      title: `${title}, input gradient`,
      name: 'Conv2DBackpropInput',
      inputs: { dy: out, filter },
      attrs: { ...attrs, inputShape: x },
      flop,
      comparable,
    },
    {
      title: `${title}, filter gradient`,
      name: 'Conv2DBackpropFilter',
      inputs: { x, dy: out },
      attrs: { ...attrs, filterShape: filter },
      flop,
    },
  ]
}

/** The same over images, and before a batch norm. */
function convolution(kernel: number, stride = 1, dilation = 1): KernelCase[] {
  const attrs = window(kernel, stride, dilation)
  const out = [64, 16 / stride, 16 / stride, 32]
  const filter = [kernel, kernel, 32, 32]
  const flop = (2 * size * 32 * kernel ** 2) / stride ** 2
  const title = `conv ${kernel}×${kernel}${stride > 1 ? ` stride ${stride}` : ''}${dilation > 1 ? ` dilation ${dilation}` : ''}`
  return [
    ...convolved(title, { x, filter, out }, attrs, flop),
    { title: `${title}, and statistics`, name: ConvNorm, inputs: { x, filter }, attrs, flop },
    {
      title: `${title}, gradients from behind a norm`,
      name: ConvNormGradient,
      inputs: { x, y: out, dy: out, filter, mean: [32], slope: [3, 32] },
      attrs: { ...attrs, inputShape: x, input: true, filters: true },
      flop: 2 * flop,
    },
  ]
}

/** The same over series of 8 channels, with windows so long that Fourier transforms pay. */
function overSeries(kernel: number): KernelCase[] {
  const shapes = { x: [64, 1, 128, 8], filter: [1, kernel, 8, 24], out: [64, 1, 128, 24] }
  const flop = 2 * 64 * 128 * kernel * 8 * 24
  return convolved(`conv of ${kernel} over [64,128,8] → 24`, shapes, window(1), flop)
}

const statistics = { mean: [32], variance: [32] }

function depthwise(kernel: number, dilation = 1): KernelCase[] {
  const attrs = window(kernel, 1, dilation)
  const filter = [kernel, kernel, 32, 1]
  const flop = 2 * size * kernel ** 2
  const title = `depthwise ${kernel}×${kernel}${dilation > 1 ? ` dilation ${dilation}` : ''}`
  return [
    { title, name: 'DepthwiseConv2dNative', inputs: { x, filter }, attrs, flop },
    {
      title: `${title}, input gradient`,
      name: 'DepthwiseConv2dNativeBackpropInput',
      inputs: { dy: x, filter },
      attrs: { ...attrs, inputShape: x },
      flop,
    },
    {
      title: `${title}, filter gradient`,
      name: 'DepthwiseConv2dNativeBackpropFilter',
      inputs: { x, dy: x },
      attrs: { ...attrs, filterShape: filter },
      flop,
    },
    {
      title: `norm, ReLU, ${title}`,
      name: ActivatedDepthwise,
      inputs: { x, filter, ...statistics },
      attrs: { ...attrs, epsilon: 1e-5 },
      flop,
    },
    {
      title: `norm, ReLU, ${title}, gradients`,
      name: ActivatedDepthwiseGradient,
      inputs: { x, dy: x, filter, ...statistics },
      attrs: { ...attrs, epsilon: 1e-5, input: true, filters: true },
      flop: 2 * flop,
    },
  ]
}

/** ReLU, depthwise, pointwise and batch norm as one; what its gradient computes again is not counted. */
function separable(kernel: number): KernelCase[] {
  const attrs = { ...window(kernel), epsilon: 1e-5 }
  const inputs = { x, depthwise: [kernel, kernel, 32, 1], pointwise: [1, 1, 32, 32] }
  const flop = 2 * size * (kernel ** 2 + 32)
  const title = `separable ${kernel}×${kernel}`
  return [
    { title, name: Separable, inputs, attrs, flop },
    {
      title: `${title}, gradients`,
      name: SeparableGradient,
      inputs: { ...inputs, dy: x, y: x, outMean: [32], outSlope: [3, 32] },
      attrs: { ...attrs, input: true, filters: true, left: false },
      flop: 2 * flop,
    },
  ]
}

const pooling = { filterSize: [3, 3], strides: [1, 1], pad: 'same' }
const members = 4
const mixed: Record<string, readonly number[]> = {}
for (let m = 0; m < members; m++)
  Object.assign(mixed, { [`x${m}`]: x, [`mean${m}`]: [32], [`variance${m}`]: [32] })
const tensors = (count: number) => 4 * size * count

export const kernelCases: readonly KernelCase[] = [
  ...convolution(1),
  ...convolution(3),
  ...overSeries(9),
  ...overSeries(39),
  ...convolution(3, 2),
  ...convolution(3, 1, 2),
  ...depthwise(3),
  ...depthwise(5),
  ...depthwise(5, 2),
  ...separable(3),
  ...separable(5),
  {
    title: 'max pool 3×3 gradient',
    name: 'MaxPoolGrad',
    inputs: { dy: x, input: x, output: x },
    attrs: pooling,
    bytes: tensors(4),
  },
  {
    title: 'average pool 3×3 gradient',
    name: 'AvgPoolGrad',
    inputs: { dy: x, input: x },
    attrs: pooling,
    bytes: tensors(2),
  },
  { title: 'batch statistics', name: BatchStatistics, inputs: { x }, attrs: {}, bytes: tensors(1) },
  {
    title: 'normalise',
    name: Normalise,
    inputs: { x, ...statistics, scale: [32], offset: [32] },
    attrs: { epsilon: 1e-5 },
    bytes: tensors(2),
  },
  {
    title: 'batch norm gradient',
    name: BatchNormGradient,
    inputs: { x, dy: x, ...statistics },
    attrs: { epsilon: 1e-5 },
    bytes: tensors(5),
  },
  {
    title: `mix of ${members} norms`,
    name: Mix,
    inputs: { ...mixed, gates: [members] },
    attrs: { members, epsilon: 1e-5 },
    bytes: tensors(members + 1),
  },
  {
    title: `mix of ${members} norms, gradients`,
    name: MixGradient,
    inputs: { ...mixed, gates: [members], dy: x },
    attrs: { members, left: Array<boolean>(members).fill(false), epsilon: 1e-5 },
    bytes: tensors(5 * members),
  },
  {
    title: `mix of ${members} norms, gradients that are left`,
    name: MixGradient,
    inputs: { ...mixed, gates: [members], dy: x },
    attrs: { members, left: Array<boolean>(members).fill(true), epsilon: 1e-5 },
    bytes: tensors(1 + members),
  },
  { title: 'ReLU gradient', name: ReluGradient, inputs: { dy: x, y: x }, attrs: {}, bytes: tensors(3) },
  { title: 'tanh', name: 'Tanh', inputs: { x }, attrs: {}, bytes: tensors(2) },
  { title: 'sum over rows', name: 'Sum', inputs: { x: [rows, 32] }, attrs: { axis: [0] }, bytes: tensors(1) },
  {
    title: 'sum over columns',
    name: 'Sum',
    inputs: { x: [rows, 32] },
    attrs: { axis: [1] },
    bytes: tensors(1),
  },
  { title: 'mean over positions', name: 'Mean', inputs: { x }, attrs: { axis: [1, 2] }, bytes: tensors(1) },
  {
    title: 'spread (gradient of a mean)',
    name: Spread,
    inputs: { dy: [64, 32] },
    attrs: { shape: x, sizes: [64, 256, 32], scale: 1 },
    bytes: tensors(1),
  },
  {
    title: 'concat of 4',
    name: 'Concat',
    inputs: { 0: x, 1: x, 2: x, 3: x },
    attrs: { axis: 3 },
    bytes: tensors(8),
  },
  {
    title: 'split in 4',
    name: SplitFeatures,
    inputs: { x: [64, 16, 16, 128] },
    attrs: { widths: [32, 32, 32, 32] },
    bytes: tensors(8),
  },
  {
    title: 'A·B [512,512]',
    name: 'BatchMatMul',
    inputs: { a: [512, 512], b: [512, 512] },
    attrs: { transposeA: false, transposeB: false },
    flop: 2 * 512 ** 3,
  },
  {
    title: 'Aᵀ·B [512,512]',
    name: 'BatchMatMul',
    inputs: { a: [512, 512], b: [512, 512] },
    attrs: { transposeA: true, transposeB: false },
    flop: 2 * 512 ** 3,
  },
  {
    title: 'A·Bᵀ [512,512]',
    name: 'BatchMatMul',
    inputs: { a: [512, 512], b: [512, 512] },
    attrs: { transposeA: false, transposeB: true },
    flop: 2 * 512 ** 3,
  },
  {
    title: 'Aᵀ·B [16384,32]ᵀ[16384,32]',
    name: 'BatchMatMul',
    inputs: { a: [rows, 32], b: [rows, 32] },
    attrs: { transposeA: true, transposeB: false },
    flop: 2 * rows * 32 * 32,
  },
  {
    title: 'A·B [64,256][256,10]',
    name: 'BatchMatMul',
    inputs: { a: [64, 256], b: [256, 10] },
    attrs: { transposeA: false, transposeB: false },
    flop: 2 * 64 * 256 * 10,
  },
]
