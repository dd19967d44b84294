import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'
import { sizeOf } from './kernel.js'
import type { Plan } from './plan.js'

/** Puts a part of a gradient `at` so many bytes from its beginning; `make` writes its bytes at the address that it is told. */
export type Put = (at: number, bytes: number, make: (to: number) => void) => void

/** Where a gradient goes: into a tensor of its own, or on top of a sum. Its one area holds a part on its way to a sum. */
export interface Target extends Plan<Put> {
  /** What the kernel hands back: nothing where there is a sum. */
  readonly made: readonly TensorInfo[]
  readonly sizes: readonly [number]
}

/**
 * A gradient of some shape, put down in parts of at most `partBytes`. With a `sum`, which has that many numbers and is
 * nobody else's, each part is added to it while it is in cache.
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
