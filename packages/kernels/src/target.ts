import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'
import { sizeOf } from './kernel.js'
import type { Plan } from './plan.js'

/**
 * Stores a part of a gradient that begins `at` bytes from the gradient's start. `make` writes the part's
 * bytes at the address that it receives.
 */
export type Put = (at: number, bytes: number, make: (to: number) => void) => void

/**
 * The destination of a gradient: a tensor of its own, or a sum to add to. Its one scratch area holds a part
 * before it is added to a sum.
 */
export interface Target extends Plan<Put> {
  /** The tensors that the kernel returns: none if there is a sum. */
  readonly made: readonly TensorInfo[]
  readonly sizes: readonly [number]
}

/**
 * Creates the destination of a gradient that is stored in parts of at most `partBytes`. If a `sum` is given,
 * each part is added to it while it is in cache. The sum must have the gradient's size, and nothing else may
 * use its memory.
 */
export function gradientTarget(
  device: Device,
  shape: readonly number[],
  partBytes: number,
  sum?: TensorInfo,
): Target {
  if (!sum) {
    const made = device.output(shape)
    return { made: [made], sizes: [0], open: () => (at, _, make) => make(device.pointer(made) + at) }
  }
  const open = ([part]: readonly number[]): Put => {
    return (at, bytes, make) => {
      make(part!)
      device.kernels.addInto(device.pointer(sum) + at, part!, bytes / 4)
    }
  }
  return { made: [], sizes: [Math.min(partBytes, sizeOf(shape) * 4)], open }
}
