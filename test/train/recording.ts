import { afterEach, beforeEach } from 'vitest'
import { oneAfterAnother } from '../../src/train/gradients.js'
import { RecordedPasses } from '../../src/train/recorded-passes.js'
import type { ShardExecutor } from '../../src/train/shard.js'
import { tensorsMayStay } from '../setup/tensors.js'

/**
 * Recorded passes for each test of a file: fresh ones, gone before the set-up counts what tensors are left. A
 * test that loses some on purpose calls `forget`.
 */
export function recording() {
  let refused: string[] = []
  let passes: RecordedPasses
  beforeEach(() => {
    refused = []
    passes = new RecordedPasses({ refused: (reason) => refused.push(reason) })
  })
  afterEach(() => passes.dispose())
  /** Shards by recorded passes. */
  const recorded: ShardExecutor = (network, work) =>
    oneAfterAnother((of, each) => passes.gradients(of, each))(network, work)
  return {
    recorded,
    gradients: (...work: Parameters<RecordedPasses['gradients']>) => passes.gradients(...work),
    /** Why kinds of passes run by operations. */
    refused: () => refused,
    forget: tensorsMayStay,
  }
}
