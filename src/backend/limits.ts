import { currentDevice } from './wasm/training-kernels.js'

/** Bytes that the wasm backend has taken of the system so far; undefined on other backends. */
export const heapBytes = (): number | undefined => currentDevice()?.memory.buffer.byteLength

/** Where the current backend's memory ends, in bytes; undefined where we know of no limit. */
export const backendLimit = (): number | undefined => (currentDevice() ? 2 ** 32 : undefined)

/**
 * Bytes that a training pass may take, weights and optimizer state included. The wasm memory ends at 4 GiB;
 * the rest of it is for kernels' scratch areas and what the allocator loses between blocks.
 */
export const passBudget = (): number => (currentDevice() ? 3.6 * 2 ** 30 : Infinity)
