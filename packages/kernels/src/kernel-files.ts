import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { kernelUrl } from './urls.js'

/**
 * Reads the compiled kernels. The relaxed variant multiplies and adds with a single rounding if the machine
 * can. Node 20 only supports its instructions with a flag, which is set here and stays set.
 */
export function readKernels(relaxed: boolean): WebAssembly.Module {
  if (relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd')
  return new WebAssembly.Module(readFileSync(kernelUrl(relaxed)))
}
