/**
 * The kernels where there are files: in Node.
 *
 * @module sentei-kernels/node
 */
import { readKernels } from './kernel-files.js'
import { addTrainingKernels, hasTrainingKernels } from './training-kernels.js'

/**
 * Adds to TensorFlow.js's wasm backend what training needs: gradients of convolutions (any stride and
 * dilation) and of pooling, batch norm, sums, transposed products. The backend must be the current one and
 * ready. `relaxed` uses the relaxed-SIMD variant, which is about a third faster, but whose last bits may
 * differ between machines. Another call can change the variant.
 */
export function useTrainingKernels({ relaxed = false }: { relaxed?: boolean } = {}): void {
  if (!hasTrainingKernels(relaxed)) addTrainingKernels(readKernels(relaxed), relaxed)
}

export { readKernels } from './kernel-files.js'
export { measurePeaks, peakLoops, type PeakLoops, type Peaks } from './peaks.js'
