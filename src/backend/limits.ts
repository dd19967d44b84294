import { currentDevice } from './devices/index.js'

/** The bytes that the current backend has taken from the system so far; undefined if that is not known. */
export const heapBytes = (): number | undefined => currentDevice().memory?.taken()

/** The limit of the current backend's memory, in bytes; undefined if no limit is known. */
export const backendLimit = (): number | undefined => currentDevice().memory?.limit

/** The bytes that a training pass may take, including weights and optimizer state; Infinity if not known. */
export const passBudget = (): number => currentDevice().memory?.forPasses ?? Infinity
