import type { MessagePort } from 'node:worker_threads'
import type { BackendName } from '../../backend/start.js'
import type { Graph, Shape } from '../../nn/graph.js'
import type { ShardWork } from '../shard.js'
import type { Tickets } from './control.js'

/**
 * What main thread and threads tell each other: plain data, whose float arrays lie in shared memory and are not
 * copied on the way.
 */

/** What a thread is started with. */
export interface ThreadStart {
  readonly backend: BackendName
  readonly relaxed: boolean
  readonly thread: number
  readonly control: Int32Array
  readonly port: MessagePort
}

/** An array in a flat one: its name and shape. */
export type Entry = readonly [name: string, shape: Shape]

/** How many networks threads keep, those that were computed last: single paths between iterations of the whole mixture. */
export const mostNetworks = 4

/** A network that threads do not keep. */
export interface NetworkMessage {
  readonly kind: 'network'
  /** What batches call it. */
  readonly id: number
  readonly graph: Graph
  readonly groups: readonly Entry[]
  /** Parameters that are not trained, in the graph's order: constants, and moving averages, which no training pass reads. */
  readonly untrained: Float32Array
}

/** A batch's shards are there to be taken. */
export interface BatchMessage {
  readonly kind: 'batch'
  readonly tickets: Tickets
  /** The id of its network. */
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
  /** Where the results go: weights, mixture weights and statistics, as the answer lists them. */
  readonly results: Float32Array
}

/** What is in a shard's results. */
export interface Results {
  readonly losses: { readonly task?: number; readonly reconstruction?: number }
  readonly weights: readonly Entry[]
  /** Gradients of mixture weights: α and its relaxation stay with the main thread. */
  readonly mixtures: readonly Entry[]
  /** Each a mean and a variance. */
  readonly statistics: readonly Entry[]
  /** What copying took the thread. */
  readonly exchangeMs: number
}

/** One for each shard that a thread took. */
export type Answer =
  { readonly shard: number; readonly results: Results } | { readonly shard: number; readonly error: Error }
