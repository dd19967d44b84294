/**
 * Sentei's training kernels, for any Node program that uses TensorFlow.js.
 *
 * @module sentei/wasm
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

export { builtInKernel, currentDevice } from './training-kernels.js'
export type { ApartLayout, Lifetime } from './arena.js'
export type { Device } from './device.js'
export type { Call, Place, Program, Written } from './program.js'
export type { Tape } from './recording.js'
export type { Rehearsed } from './rehearsal.js'
export type { TimedCall } from './tape-calls.js'
export type { Recordable, TrainingModule } from './training-module.js'
export type { Workspace, Workspaces } from './workspace.js'
