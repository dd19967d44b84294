/**
 * A function of the module. It takes numbers (addresses in bytes, counts, flags 0 or 1) and returns a number
 * or nothing.
 */
type Kernel = (...args: number[]) => number

/** Kernels whose calls can be recorded: they return nothing. */
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
  | 'combine'
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

/** The exports of `assembly/`, where each function is described. */
export type TrainingModule = Readonly<Record<Recordable | 'squaredNorm', Kernel>>

/** The module, and how its calls are recorded: `build/replay.js` writes that out of the kernels' signatures. */
export interface TrainingInstance {
  readonly kernels: TrainingModule
  /** Makes the calls that are written from one address up to another. */
  readonly replay: (from: number, end: number) => void
  /** What stands for a kernel on a tape; undefined for one whose calls cannot be recorded. */
  readonly codeOf: (kernel: string) => number | undefined
  /** The kernels by what stands for them. */
  readonly names: readonly string[]
}

/** What the names of the codes begin with that the module exports. */
const prefix = 'code_'

/** The training kernels of a compiled module, on a memory that is somebody else's. */
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
