import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

let held = 0

/**
 * Takes the tensors that there are now for those that may stay. A test calls it at its end where it loses
 * some on purpose: where a function throws, TensorFlow.js's tape keeps what it has saved for the gradient.
 */
export const tensorsMayStay = (): void => void (held = tf.memory().numTensors)

/** That there are as many tensors as there may be. */
export const expectNoTensorLeft = (): void =>
  expect(tf.memory().numTensors, 'tensors when the test is over, as when it began').toBe(held)
