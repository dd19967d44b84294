/**
 * Training kernels for TensorFlow.js's wasm backend, wherever it runs; `sentei-kernels/node` reads the
 * compiled modules from files.
 *
 * @module sentei-kernels
 */
export { livingBytes, type ApartLayout, type Lifetime } from './arena.js'
export type { Device } from './device.js'
export { kernels } from './kernels/index.js'
export { adamInPlace, blendInPlace, sgdInPlace, squaredNorm } from './optimizer.js'
export type { Call, Place, Program, Written } from './program.js'
export { NotRecordable } from './recorder.js'
export { recordingBytes } from './recording-memory.js'
export type { Tape } from './recording.js'
export type { Rehearsed } from './rehearsal.js'
export type { TimedCall } from './tape-calls.js'
export { addTrainingKernels, builtInKernel, currentDevice, hasTrainingKernels } from './training-kernels.js'
export type { Recordable, TrainingModule } from './training-module.js'
export { kernelUrl } from './urls.js'
export type { Workspace, Workspaces } from './workspace.js'
