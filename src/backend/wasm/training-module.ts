/**
 * A function of the module. It takes numbers (addresses in bytes, counts, flags 0 or 1) and returns a number
 * or nothing.
 */
type Kernel = (...args: number[]) => number

/** The exports of `assembly/`, where each function is described. */
export type TrainingModule = Readonly<
  Record<
    | 'packImage'
    | 'packPanels'
    | 'packPlanes'
    | 'packActivated'
    | 'maskRows'
    | 'maskAndSumRows'
    | 'mixRows'
    | 'plainMember'
    | 'copyRows'
    | 'packTaps'
    | 'unpackTaps'
    | 'productRows'
    | 'transposedProduct'
    | 'unpackBlocks'
    | 'liftInputTiles'
    | 'liftOutputTiles'
    | 'lowerOutputTiles'
    | 'liftKernels'
    | 'lowerKernels'
    | 'stackedProducts'
    | 'stackedTransposedProducts'
    | 'depthwiseImage'
    | 'depthwiseFilterImage'
    | 'maxPoolGradientImage'
    | 'avgPoolGradientImage'
    | 'addStatistics'
    | 'closeStatistics'
    | 'normaliseRows'
    | 'batchNormSums'
    | 'batchNormInput'
    | 'sumMiddle'
    | 'spreadMiddle'
    | 'addInto'
    | 'weightedSum'
    | 'gateGradients'
    | 'reluGradient'
    | 'scaleBy'
    | 'tanh'
    | 'sgdStep'
    | 'blendStep'
    | 'adamStep'
    | 'squaredNorm'
    | 'clear',
    Kernel
  >
>

/** Instantiates the training kernels of a compiled module on an existing memory. */
export const trainingModule = (module: WebAssembly.Module, memory: WebAssembly.Memory): TrainingModule =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as TrainingModule
