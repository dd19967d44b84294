import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { oneAfterAnother } from '../../src/train/gradients.js'
import { RecordedPasses } from '../../src/train/recorded-passes.js'
import type { ShardExecutor } from '../../src/train/shard.js'
import { tensorsMayStay } from '../setup/tensors.js'

/**
 * Recorded passes for each test of a file: fresh ones, which must leave as many tensors as there were. A test
 * that loses some on purpose calls `forget`.
 */
export function recording() {
  let refused: string[] = []
  let passes: RecordedPasses
  let tensors: number
  beforeAll(() => useBackend('wasm'))
  beforeEach(() => {
    refused = []
    tensors = tf.memory().numTensors
    passes = new RecordedPasses({ refused: (reason) => refused.push(reason) })
  })
  afterEach(() => {
    passes.dispose()
    expect(tf.memory().numTensors).toBe(tensors)
  })
  /** Shards by recorded passes. */
  const recorded: ShardExecutor = (network, work) =>
    oneAfterAnother((of, each) => passes.gradients(of, each))(network, work)
  return {
    recorded,
    gradients: (...work: Parameters<RecordedPasses['gradients']>) => passes.gradients(...work),
    /** Why kinds of passes run by operations. */
    refused: () => refused,
    forget: () => {
      tensors = tf.memory().numTensors
      tensorsMayStay()
    },
  }
}
