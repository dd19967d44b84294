import { afterEach, beforeEach } from 'vitest'
import { expectNoTensorLeft, tensorsMayStay } from './tensors.js'
import './wasm.js'

// No test leaves a tensor behind. What a file made before its tests may stay.
beforeEach(tensorsMayStay)
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') expectNoTensorLeft()
})
