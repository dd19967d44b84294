import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { depthwiseFilterGradient } from './depthwise-filter-gradient.js'
import { maxPoolGradient } from './max-pool-gradient.js'

/** Adds to TensorFlow.js's wasm backend what training needs and it lacks. Does so once. */
export function registerWasmKernels(): void {
  for (const kernel of [depthwiseFilterGradient, maxPoolGradient]) {
    const present = getKernel(kernel.kernelName, 'wasm')
    if (present?.kernelFunc === kernel.kernelFunc) continue
    if (present) unregisterKernel(kernel.kernelName, 'wasm')
    registerKernel({ ...kernel, backendName: 'wasm' })
  }
}
