import * as tf from '@tensorflow/tfjs-core'
// In Node, tfjs-core alone knows no gradients: tfjs-layers registers them for every backend.
import '@tensorflow/tfjs-layers'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { InputError } from '../base/errors.js'
import { currentDevice, useTrainingKernels } from './wasm/index.js'

export const backendNames = ['wasm', 'cpu', 'webgpu', 'tensorflow'] as const
export type BackendName = (typeof backendNames)[number]

export interface BackendOptions {
  /** On wasm: the relaxed-SIMD kernels, faster, with last bits that may differ between machines. */
  readonly relaxed?: boolean
}

/** Bytes that the wasm backend has taken of the system so far; undefined on other backends. */
export const heapBytes = (): number | undefined => currentDevice()?.memory.buffer.byteLength

/** Where the current backend's memory ends, in bytes; undefined where we know of no limit. */
export const backendLimit = (): number | undefined => (currentDevice() ? 2 ** 32 : undefined)

/**
 * Bytes that a training pass may take, weights and optimizer state included. The wasm memory ends at 4 GiB;
 * the rest of it is for kernels' scratch areas and what the allocator loses between blocks.
 */
export const passBudget = (): number => (currentDevice() ? 3.6 * 2 ** 30 : Infinity)

/**
 * Makes a TensorFlow.js backend the current one and waits until it is ready. `wasm` and `cpu` are always
 * there; `webgpu` and `tensorflow` need optional packages and are refused by name where these are missing.
 */
export async function useBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  tf.env().set('PROD', true)
  await loaders[name]()
  if (!(await tf.setBackend(name))) throw new InputError(`backend ${name}: did not start on this machine`)
  await tf.ready()
  if (name === 'wasm') useTrainingKernels(options)
}

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
    // The backend looks for navigator.gpu while it is imported, so this comes first; and once, because a
    // second instance would have the first one collected under the backend that uses it.
    if (!(globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu) {
      Object.assign(globalThis, globals)
      Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true })
    }
    await optional('@tensorflow/tfjs-backend-webgpu', 'webgpu')
  },
  async tensorflow() {
    try {
      await import(tensorflowPackages[0])
    } catch {
      await optional(tensorflowPackages[1], 'tensorflow')
    }
  },
}

/** The GPU build first: it falls back to nothing, so where it loads it is what the user installed. */
const tensorflowPackages: [string, string] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']

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
