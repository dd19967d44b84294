import type { RandomSource } from '../base/random.js'
import type { Event } from '../events/types.js'
import type { Loss } from '../objective/losses.js'
import type { MetricName } from '../objective/metrics.js'
import type { ShardExecutor } from './shard.js'

/** What every training loop receives besides the network and the data. */
export interface LoopContext {
  readonly random: RandomSource
  readonly loss: Loss
  readonly metric: MetricName
  emit(event: Event): void
  /** Aborting this signal stops the loop after the current iteration. */
  readonly signal?: AbortSignal
  /** Computes a batch's shards; by default this thread does, one after the other. */
  readonly execute?: ShardExecutor
}
