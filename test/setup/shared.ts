import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { useBackend } from '../../src/backend/index.js'

// Files that share a process each begin on wasm, whatever the one before them used.
beforeAll(() => useBackend('wasm'))

// No test leaves a tensor behind. What a file made before its tests may stay.
let held = 0
beforeEach(() => void (held = tf.memory().numTensors))
afterEach(({ task }) => {
  if (task.result?.state !== 'fail')
    expect(tf.memory().numTensors, 'tensors when the test is over, as when it began').toBe(held)
})
