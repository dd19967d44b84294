import * as tf from '@tensorflow/tfjs-core'
// Outside of its union package, tfjs-core alone knows no gradients: tfjs-layers registers them for every backend.
import '@tensorflow/tfjs-layers'
import { InputError } from '../base/errors.js'
import { addTrainingKernels, hasTrainingKernels } from './wasm/training-kernels.js'

export const backendNames = ['wasm', 'cpu', 'webgpu', 'tensorflow'] as const
export type BackendName = (typeof backendNames)[number]

export interface BackendOptions {
  /** On wasm: the relaxed-SIMD kernels, faster, with last bits that may differ between machines. */
  readonly relaxed?: boolean
}

/** Where a backend comes from: Node has packages and files, a browser has addresses. */
export interface BackendHost {
  /** Registers a backend with TensorFlow.js; an InputError where it cannot be had. */
  readonly load: (name: BackendName) => Promise<void>
  /** The training kernels of a variant, compiled. */
  readonly kernels: (relaxed: boolean) => WebAssembly.Module | Promise<WebAssembly.Module>
  /** What may help where a backend does not start. */
  readonly remedy?: (name: BackendName) => string | undefined
}

/** Makes a TensorFlow.js backend the current one, on wasm with the training kernels, and waits until it is ready. */
export async function startBackend(
  name: BackendName,
  { relaxed = false }: BackendOptions,
  { load, kernels, remedy }: BackendHost,
): Promise<void> {
  tf.env().set('PROD', true)
  await load(name)
  if (!(await tf.setBackend(name))) {
    const help = remedy?.(name)
    throw new InputError(`backend ${name}: did not start on this machine${help ? `; ${help}` : ''}`)
  }
  await tf.ready()
  if (name === 'wasm' && !hasTrainingKernels(relaxed)) addTrainingKernels(await kernels(relaxed), relaxed)
}
