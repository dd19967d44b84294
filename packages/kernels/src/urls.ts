/**
 * Where the compiled kernels of a variant are: beside this file. Bundlers that know
 * `new URL(…, import.meta.url)` take them along.
 */
export const kernelUrl = (relaxed: boolean): URL =>
  relaxed
    ? new URL('../dist/training-relaxed.wasm', import.meta.url)
    : new URL('../dist/training.wasm', import.meta.url)
