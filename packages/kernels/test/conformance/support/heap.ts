import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { currentDevice } from '../../../src/index.js'
import { conforms, type Conformance } from './conforms.js'

/** Runs the first with the heap grown between its inputs and its kernels, and then the others. */
export async function conformWhileGrowing(
  conformances: readonly Conformance<string, string>[],
): Promise<void> {
  for (const [i, one] of conformances.entries()) await conforms(one, i === 0 ? growHeap : undefined)
}

/** Takes 64 MiB at a time until the backend has replaced its memory's buffer, and gives it all back. */
export function growHeap(): void {
  const { memory } = currentDevice()!
  const before = memory.buffer
  const held: tf.Tensor[] = []
  while (memory.buffer === before && held.length < 64) held.push(tf.fill([2 ** 24], 1))
  tf.dispose(held)
  expect(memory.buffer === before, 'the heap has its old buffer').toBe(false)
  expect(before.byteLength, 'the old buffer is detached').toBe(0)
}
