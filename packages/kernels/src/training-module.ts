/**
 * A function of the module. It takes numbers (addresses in bytes, counts, flags 0 or 1) and returns a number
 * or nothing.
 */
type Kernel = (...args: number[]) => number

/** The kernels whose calls can be recorded, because they return nothing. */
export type Recordable =
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
  | 'liftSeries'
  | 'lowerSeries'
  | 'liftFilters'
  | 'lowerFilters'
  | 'stackedProducts'
  | 'stackedTransposedProducts'
  | 'depthwiseImage'
  | 'depthwiseFilterImage'
  | 'poolImage'
  | 'maxPoolGradientImage'
  | 'avgPoolGradientImage'
  | 'addStatistics'
  | 'closeStatistics'
  | 'normaliseRows'
  | 'batchNormSums'
  | 'batchNormInput'
  | 'normFactors'
  | 'normSlopes'
  | 'normAffineGradients'
  | 'normGateGradient'
  | 'roundDouble'
  | 'sumMiddle'
  | 'spreadMiddle'
  | 'addInto'
  | 'activationGradient'
  | 'combine'
  | 'atLeast'
  | 'largest'
  | 'step'
  | 'transform'
  | 'crossEntropy'
  | 'softmaxRows'
  | 'differenceLoss'
  | 'turn'
  | 'weightedSum'
  | 'gateGradients'
  | 'reluGradient'
  | 'scaleBy'
  | 'scaleTo'
  | 'tanh'
  | 'sgdStep'
  | 'blendStep'
  | 'adamStep'
  | 'clear'
  | 'fill'

/** The exports of `assembly/`, where each function is described. */
export type TrainingModule = Readonly<Record<Recordable | 'squaredNorm', Kernel>>

/**
 * An instance of the module, with the interpreter of recorded calls and the kernels' codes. `build/replay.js`
 * writes both from the kernels' signatures.
 */
export interface TrainingInstance {
  readonly kernels: TrainingModule
  /** Makes the recorded calls between two addresses. */
  readonly replay: (from: number, end: number) => void
  /** The number that stands for a kernel on a tape; undefined if its calls cannot be recorded. */
  readonly codeOf: (kernel: string) => number | undefined
  /** The names of the kernels, by code. */
  readonly names: readonly string[]
}

/** The prefix of the names under which the module exports the codes. */
const prefix = 'code_'

/** Instantiates the training kernels of a compiled module on an existing memory. */
export function trainingModule(module: WebAssembly.Module, memory: WebAssembly.Memory): TrainingInstance {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const codes = Object.entries(exports).flatMap(([name, value]): [string, number][] =>
    name.startsWith(prefix)
      ? [[name.slice(prefix.length), (value as WebAssembly.Global).value as number]]
      : [],
  )
  const byKernel = new Map(codes)
  return {
    kernels: exports as unknown as TrainingModule,
    replay: exports.replay as TrainingInstance['replay'],
    codeOf: (kernel) => byKernel.get(kernel),
    names: codes.sort(([, a], [, b]) => a - b).map(([name]) => name),
  }
}
