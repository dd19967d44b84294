import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { packagePath } from '../../base/files.js'

/** A function of the module: numbers in (addresses in bytes, counts, flags 0 or 1), a number or nothing out. */
type Kernel = (...args: number[]) => number

/** What `assembly/` exports; what each does and takes stands there. */
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

/** `npm run build` compiles `assembly/` to these, one for each variant. */
export const moduleFile = (relaxed: boolean): string =>
  packagePath(`dist/kernels/training${relaxed ? '-relaxed' : ''}.wasm`)

/**
 * The training kernels on a memory that is somebody else's. The relaxed variant multiplies and adds with
 * one rounding where the machine can; Node 20 knows its instructions only after a flag, which stays set.
 */
export function trainingModule(memory: WebAssembly.Memory, relaxed = false): TrainingModule {
  if (relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd')
  const module = new WebAssembly.Module(readFileSync(moduleFile(relaxed)))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return exports as unknown as TrainingModule
}
