import { afterEach, beforeAll, beforeEach } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { expectNoTensorLeft, tensorsMayStay } from './tensors.js'

// Files that share a process each begin on wasm, whatever the one before them used.
beforeAll(() => useBackend('wasm'))

// No test leaves a tensor behind. What a file made before its tests may stay.
beforeEach(tensorsMayStay)
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') expectNoTensorLeft()
})
