import type { RandomSource } from '../base/random.js'
import type { Event } from '../events/types.js'
import type { Loss } from '../objective/losses.js'
import type { MetricName } from '../objective/metrics.js'
import type { ShardExecutor } from './shard.js'

/** What every training loop is given beside the network and the data. */
export interface LoopContext {
  readonly random: RandomSource
  readonly loss: Loss
  readonly metric: MetricName
  emit(event: Event): void
  /** Asks the loop to stop after the iteration in progress. */
  readonly signal?: AbortSignal
  /** Who computes a batch's shards; this thread, one after the other, by default. */
  readonly execute?: ShardExecutor
}
