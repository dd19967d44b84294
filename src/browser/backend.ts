import * as tf from '@tensorflow/tfjs-core'
import { kernelUrl } from 'sentei-kernels'
import { startBackend, type BackendName, type BackendOptions } from '../backend/start.js'
import { Failure, InputError } from '../base/errors.js'

/** The addresses of the WebAssembly modules. */
export interface WasmUrls {
  /** The training kernels: `sentei-kernels/training.wasm`. */
  readonly kernels?: string | URL
  /** The kernels for `relaxedSimd`: `sentei-kernels/training-relaxed.wasm`. */
  readonly relaxedKernels?: string | URL
  /** The backend itself: `dist/tfjs-backend-wasm-simd.wasm` of `@tensorflow/tfjs-backend-wasm`. */
  readonly tensorflow?: string | URL
}

let given: WasmUrls = {}

/**
 * Sets the addresses of the WebAssembly modules; call it before the first search. By default, they are loaded
 * from next to the code that uses them, where bundlers that support `new URL(…, import.meta.url)` put them.
 */
export function setWasmUrls(urls: WasmUrls): void {
  given = { ...given, ...urls }
}

// These are functions, because `import.meta.url` is undefined in bundles that are not modules; all addresses
// must then be set.
const urls = {
  kernels: () => given.kernels ?? kernelUrl(false),
  relaxedKernels: () => given.relaxedKernels ?? kernelUrl(true),
  tensorflow: () =>
    given.tensorflow ??
    new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url),
}

/**
 * Makes a TensorFlow.js backend the current one, and waits until it is ready: `wasm`, which trains, or `cpu`,
 * which is slow. Throws for any other.
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

/**
 * Loads the module of TensorFlow.js with SIMD, which our kernels need, and without threads, whose memory they
 * cannot share.
 */
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
