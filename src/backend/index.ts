import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { readKernels } from 'sentei-kernels/node'
import { InputError } from '../base/errors.js'
import { startBackend, type BackendName, type BackendOptions } from './start.js'
import { loadTensorflow } from './tensorflow/load.js'

export { backendNames, type BackendName, type BackendOptions } from './start.js'

/**
 * Makes a TensorFlow.js backend the current one and waits until it is ready. `wasm` and `cpu` are always
 * available; `webgpu` and `tensorflow` need optional packages. If one is missing, an InputError names it.
 */
export const useBackend = (name: BackendName, options: BackendOptions = {}): Promise<void> =>
  startBackend(name, options, { load: (each) => loaders[each](), kernels: readKernels })

const require = createRequire(import.meta.url)

const loaders: Record<BackendName, () => Promise<void>> = {
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu')
  },
  async wasm() {
    const wasm = await import('@tensorflow/tfjs-backend-wasm')
    const binaries = `${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`
    wasm.setWasmPaths(binaries)
  },
  async webgpu() {
    const { create, globals } = await optional<WebGpuModule>('webgpu', 'webgpu')
    // The backend looks for navigator.gpu while it is imported, so it must exist first. It is created only
    // once, because a second instance would let the first be garbage-collected while its backend still uses
    // it.
    if (!(globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu) {
      Object.assign(globalThis, globals)
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true })
    }
    await optional('@tensorflow/tfjs-backend-webgpu', 'webgpu')
  },
  tensorflow: loadTensorflow,
}

interface WebGpuModule {
  readonly create: (options: string[]) => unknown
  globals: Record<string, unknown>
}

async function optional<T>(packageName: string, backend: BackendName): Promise<T> {
  try {
    return (await import(packageName)) as T
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new InputError(
      `backend ${backend}: package ${packageName} cannot be loaded; install it with npm, or use --backend wasm (${reason})`,
    )
  }
}
