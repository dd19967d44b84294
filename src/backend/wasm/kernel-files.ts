import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { packagePath } from '../../base/files.js'

/** `npm run build` compiles `assembly/` to these, one for each variant. */
export const moduleFile = (relaxed: boolean): string =>
  packagePath(`dist/kernels/training${relaxed ? '-relaxed' : ''}.wasm`)

/**
 * The compiled kernels. The relaxed variant multiplies and adds with one rounding where the machine can; Node 20
 * knows its instructions only after a flag, which stays set.
 */
export function readKernels(relaxed: boolean): WebAssembly.Module {
  if (relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd')
  return new WebAssembly.Module(readFileSync(moduleFile(relaxed)))
}
