import * as tf from '@tensorflow/tfjs-core'
// On its own, tfjs-core has no gradients. tfjs-layers registers them for every backend.
import '@tensorflow/tfjs-layers'
import { addTrainingKernels, hasTrainingKernels } from 'sentei-kernels'
import { InputError } from '../base/errors.js'

export const backendNames = ['wasm', 'cpu', 'webgpu', 'tensorflow'] as const
export type BackendName = (typeof backendNames)[number]

export interface BackendOptions {
  /**
   * On wasm: use the relaxed-SIMD kernels, which are faster but whose last bits may differ between machines.
   */
  readonly relaxed?: boolean
  /**
   * On wasm: do without the training kernels, as a program without Sentei does. They stay if they were added
   * before.
   */
  readonly plain?: boolean
}

/** How the platform provides a backend: Node has packages and files, a browser has addresses. */
export interface BackendHost {
  /** Registers a backend with TensorFlow.js; an InputError if it is not available. */
  readonly load: (name: BackendName) => Promise<void>
  /** The compiled training kernels of a variant. */
  readonly kernels: (relaxed: boolean) => WebAssembly.Module | Promise<WebAssembly.Module>
  /** A hint on what may help if a backend does not start. */
  readonly remedy?: (name: BackendName) => string | undefined
}

/**
 * Makes a TensorFlow.js backend the current one and waits until it is ready. On wasm it adds the training
 * kernels.
 */
export async function startBackend(
  name: BackendName,
  { relaxed = false, plain = false }: BackendOptions,
  { load, kernels, remedy }: BackendHost,
): Promise<void> {
  tf.env().set('PROD', true)
  await load(name)
  if (!(await tf.setBackend(name))) {
    const help = remedy?.(name)
    throw new InputError(`backend ${name}: did not start on this machine${help ? `; ${help}` : ''}`)
  }
  await tf.ready()
  if (name === 'wasm' && !plain && !hasTrainingKernels(relaxed))
    addTrainingKernels(await kernels(relaxed), relaxed)
}
