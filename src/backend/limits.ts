import { currentDevice } from './wasm/training-kernels.js'

/** The bytes that the wasm backend has taken from the system so far; undefined on other backends. */
export const heapBytes = (): number | undefined => currentDevice()?.memory.buffer.byteLength

/** The limit of the current backend's memory, in bytes; undefined if no limit is known. */
export const backendLimit = (): number | undefined => (currentDevice() ? 2 ** 32 : undefined)

/**
 * The bytes that a training pass may take, including weights and optimizer state. The wasm memory is limited
 * to 4 GiB; the rest is left for kernels' scratch areas and for what the allocator loses between blocks.
 */
export const passBudget = (): number => (currentDevice() ? 3.6 * 2 ** 30 : Infinity)
