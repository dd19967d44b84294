import * as tf from '@tensorflow/tfjs-core'
import { startBackend, type BackendName, type BackendOptions } from '../backend/start.js'
import { Failure, InputError } from '../base/errors.js'

/** Where the WebAssembly modules are served. */
export interface WasmUrls {
  /** `dist/kernels/training.wasm` of this package: the training kernels. */
  readonly kernels?: string | URL
  /** `dist/kernels/training-relaxed.wasm`, for `relaxedSimd`. */
  readonly relaxedKernels?: string | URL
  /** `dist/tfjs-backend-wasm-simd.wasm` of `@tensorflow/tfjs-backend-wasm`. */
  readonly tensorflow?: string | URL
}

let given: WasmUrls = {}

/**
 * Sets the addresses of the WebAssembly modules; call it before the first search. By default they are looked
 * for next to the code that asks, which is where bundlers that know `new URL(…, import.meta.url)` put them.
 */
export function setWasmUrls(urls: WasmUrls): void {
  given = { ...given, ...urls }
}

// In functions, for a bundle of another form than modules has no address, and then all are given.
const urls = {
  kernels: () => given.kernels ?? new URL('../../kernels/training.wasm', import.meta.url),
  relaxedKernels: () =>
    given.relaxedKernels ?? new URL('../../kernels/training-relaxed.wasm', import.meta.url),
  tensorflow: () =>
    given.tensorflow ??
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url),
}

/**
 * Makes a TensorFlow.js backend the current one, and waits until it is ready: `wasm`, which trains, or `cpu`, which is
 * slow. Others are refused.
 */
export const useBackend = (name: BackendName, options: BackendOptions = {}): Promise<void> =>
  startBackend(name, options, {
    load,
    kernels: (relaxed) => fetched(relaxed ? 'relaxedKernels' : 'kernels'),
    remedy: (name) =>
      name === 'wasm'
        ? `serve ${String(urls.tensorflow())}, or say where it is: setWasmUrls({ tensorflow })`
        : undefined,
  })

async function load(name: BackendName): Promise<void> {
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu')
  else if (name === 'wasm') await loadWasm()
  else throw new InputError(`config.backend: expected wasm or cpu in a browser, got ${name}`)
}

/** TensorFlow.js's own module, with SIMD, which our kernels need, and without threads, whose memory they cannot share. */
async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')))
    throw new Failure(
      'backend wasm: expected a browser with WebAssembly SIMD, got one without; use backend cpu',
    )
  const path = String(urls.tensorflow())
  const names = ['', '-simd', '-threaded-simd'] as const
  setWasmPaths(Object.fromEntries(names.map((variant) => [`tfjs-backend-wasm${variant}.wasm`, path])))
}

async function fetched(which: keyof WasmUrls): Promise<WebAssembly.Module> {
  const url = String(urls[which]())
  try {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return await WebAssembly.compile(await response.arrayBuffer())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(
      `backend wasm: expected the training kernels at ${url}; serve them there, or say where they are: setWasmUrls({ ${which} }) (${reason})`,
    )
  }
}
