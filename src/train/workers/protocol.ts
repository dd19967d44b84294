import type { MessagePort } from 'node:worker_threads'
import type { BackendName } from '../../backend/start.js'
import type { Graph, Shape } from '../../nn/graph.js'
import type { ShardWork } from '../shard.js'
import type { Tickets } from './control.js'

/**
 * The messages between the main thread and the other threads: plain data, whose float arrays lie in shared
 * memory and are not copied on the way.
 */

/** The data that a thread is started with. */
export interface ThreadStart {
  readonly backend: BackendName
  readonly relaxed: boolean
  readonly thread: number
  readonly control: Int32Array
  readonly port: MessagePort
}

/** An array within a flat one: its name and shape. */
export type Entry = readonly [name: string, shape: Shape]

/**
 * The number of networks that threads keep, those used last. A search with single paths, for example,
 * alternates them with the whole mixture.
 */
export const mostNetworks = 4

/** A network that threads do not keep yet. */
export interface NetworkMessage {
  readonly kind: 'network'
  /** The id by which batches refer to the network. */
  readonly id: number
  readonly graph: Graph
  readonly groups: readonly Entry[]
  /**
   * Parameters that are not trained, in the graph's order: constants, and moving averages, which no training
   * pass reads.
   */
  readonly untrained: Float32Array
}

/** Announces a batch whose shards can be taken. */
export interface BatchMessage {
  readonly kind: 'batch'
  readonly tickets: Tickets
  /** The id of the batch's network. */
  readonly network: number
  /** Trained parameters, in the graph's order. */
  readonly weights: Float32Array
  /** The mixture weights of every group, in the order of the network's groups. */
  readonly mixtures: Float32Array
  readonly work: readonly SharedWork[]
}

/** A shard's work with names in place of functions. */
export interface SharedWork extends Omit<ShardWork, 'lossWeights' | 'taps'> {
  readonly lossWeights: Omit<ShardWork['lossWeights'], 'loss'> & { readonly loss: string }
  readonly taps: readonly {
    readonly node: string
    readonly terms: readonly { readonly term: string; readonly lambda: number }[]
  }[]
  /**
   * The array for the results: gradients of weights and mixture weights, and statistics, as the answer lists
   * them.
   */
  readonly results: Float32Array
}

/** What lies in the array of a shard's results, one after another. */
export interface ResultLayout {
  readonly weights: readonly Entry[]
  /**
   * Gradients of mixture weights. The main thread computes those of α, since only it has α and its
   * relaxation.
   */
  readonly mixtures: readonly Entry[]
  /** Each entry stands for a mean and a variance. */
  readonly statistics: readonly Entry[]
}

/** The contents of a shard's results. */
export interface ShardResults {
  readonly losses: { readonly task?: number; readonly reconstruction?: number }
  /** Absent if it is that of the thread's results before. */
  readonly layout?: ResultLayout
  /** The time that the thread spent copying. */
  readonly exchangeMs: number
}

/** The answer to each shard that a thread took. */
export type Answer =
  | { readonly shard: number; readonly results: ShardResults }
  | { readonly shard: number; readonly error: Error }
