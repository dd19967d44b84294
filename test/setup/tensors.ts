import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

/** A counter of the tensors that have come since now, less those that have gone. */
export function tensorCounter(): () => number {
  const before = tf.memory().numTensors
  return () => tf.memory().numTensors - before
}

let newTensors = (): number => 0

/**
 * Takes the tensors that there are now for those that may stay. A test calls it at its end where it loses
 * some on purpose: where a function throws, TensorFlow.js's tape keeps what it has saved for the gradient.
 */
export const tensorsMayStay = (): void => void (newTensors = tensorCounter())

/** That there are as many tensors as there may be. */
export const expectNoTensorLeft = (): void =>
  expect(newTensors(), 'tensors that are left when the test is over').toBe(0)
