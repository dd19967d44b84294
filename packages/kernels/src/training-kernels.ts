import * as tf from '@tensorflow/tfjs-core'
// On its own, tfjs-core has no gradients. tfjs-layers registers them for every backend.
import '@tensorflow/tfjs-layers'
import { Device } from './device.js'
import { registerGradients } from './gradients.js'
import type { WasmKernel } from './kernel.js'
import { kernels } from './kernels/index.js'

/** Our kernels, by the wasm backend that they belong to. */
const devices = new WeakMap<object, Device>()
const originals = new Map<string, tf.KernelConfig['kernelFunc']>()

/** Whether the current backend, which must be wasm and ready, already has the kernels of this variant. */
export function hasTrainingKernels(relaxed: boolean): boolean {
  if (tf.getBackend() !== 'wasm')
    throw new Error(
      `training kernels: expected backend wasm, got ${tf.getBackend()}; await tf.setBackend('wasm') first`,
    )
  return currentDevice()?.relaxed === relaxed
}

/** Adds the kernels of a compiled module to the current backend, in place of those of another variant. */
export function addTrainingKernels(module: WebAssembly.Module, relaxed: boolean): void {
  devices.get(tf.backend())?.dispose()
  devices.set(tf.backend(), new Device(module, relaxed))
  kernels.forEach(register)
  watchBuiltIn()
  registerGradients()
}

/** The device of the current backend, if that is wasm with our kernels. */
export const currentDevice = (): Device | undefined =>
  tf.getBackend() ? devices.get(tf.backend()) : undefined

/** TensorFlow.js's kernel of this name that ours replaces; undefined if there is none. */
export function builtInKernel(name: string): tf.KernelConfig['kernelFunc'] | undefined {
  const kernel = originals.get(name)
  return kernel && !absent.has(name) ? kernel : undefined
}

const absent = new Set<string>()

function register({ name, run, applies }: WasmKernel): void {
  if (originals.has(name)) return
  const { kernelFunc: original } = (tf.getKernel(name, 'wasm') as tf.KernelConfig | undefined) ?? {}
  if (original) tf.unregisterKernel(name, 'wasm')
  if (!original) absent.add(name)
  originals.set(name, original ?? missing(name))
  tf.registerKernel({
    kernelName: name,
    backendName: 'wasm',
    kernelFunc: (call) => {
      const device = devices.get(call.backend)
      if (!device || (applies && !applies(call.inputs, call.attrs))) {
        device?.refuse(`TensorFlow.js’s ${name}`)
        return originals.get(name)!(call)
      }
      return run(call.inputs, call.attrs, device)
    },
  })
}

/** TensorFlow.js's kernels that compute nothing but only change the shape of a tensor. */
const nothingToCompute = new Set(['Reshape', 'ExpandDims'])
let watched = false

/**
 * Makes TensorFlow.js's other kernels refuse to be recorded. They run in a module of its own, whose calls a
 * recorder does not see.
 */
function watchBuiltIn(): void {
  if (watched) return
  watched = true
  for (const { kernelName, backendName, kernelFunc, ...rest } of tf.getKernelsForBackend('wasm')) {
    if (originals.has(kernelName) || nothingToCompute.has(kernelName)) continue
    tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({
      ...rest,
      kernelName,
      backendName,
      kernelFunc: (call) => {
        devices.get(call.backend)?.refuse(`TensorFlow.js’s ${kernelName}`)
        return kernelFunc(call)
      },
    })
  }
}

const missing = (name: string) => (): never => {
  throw new Error(`kernel ${name}: the wasm backend has none for these inputs`)
}
