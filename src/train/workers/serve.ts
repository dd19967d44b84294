import { parentPort, workerData } from 'node:worker_threads'
import * as tf from '@tensorflow/tfjs-core'
import { useBackend } from '../../backend/index.js'
import { recent } from '../../base/recent.js'
import { parametersOf } from '../../nn/cost.js'
import { ParameterStore } from '../../nn/parameter-store.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { disposeGradients } from '../gradient-memory.js'
import { RecordedPasses } from '../recorded-passes.js'
import type { PassNetwork } from '../network.js'
import { tensorNumbers } from '../numbers.js'
import type { ShardGradients } from '../shard.js'
import { overwriteParameter, takeParts } from './arrays.js'
import { takeShard, threadControl } from './control.js'
import { unnamed, type Known } from './known.js'
import {
  mostNetworks,
  type Answer,
  type BatchMessage,
  type Entry,
  type ResultLayout,
  type NetworkMessage,
  type ShardResults,
  type ThreadStart,
} from './protocol.js'

/**
 * Runs a worker thread: starts the same backend as the main thread, then takes shards of batches and answers
 * with their gradients. It keeps copies of the networks that were used last.
 */
export async function serveShards(known: Known): Promise<void> {
  const { backend, relaxed, thread, control, port } = workerData as ThreadStart
  const reporter = threadControl(control, thread)
  process.on('exit', () => reporter.end())
  await useBackend(backend, { relaxed })
  const copies = networkCopies()
  const passes = new RecordedPasses({ observe: reporter.beat })
  const handOver = handingOver()

  const computed = (batch: BatchMessage, shard: number): Answer => {
    try {
      const start = performance.now()
      const network = copies.at(batch)
      const loaded = performance.now() - start
      const work = batch.work[shard]!
      reporter.beat()
      const gradients = passes.gradients(network, unnamed(work, known))
      return { shard, results: handOver(gradients, work.results, loaded) }
    } catch (error) {
      return { shard, error: error instanceof Error ? error : new Error(String(error)) }
    }
  }
  port.on('message', (message: NetworkMessage | BatchMessage) => {
    if (message.kind === 'network') return copies.add(message)
    copies.use(message)
    reporter.busy()
    for (let shard = takeShard(control, message.tickets); shard !== undefined;) {
      port.postMessage(computed(message, shard))
      reporter.answer()
      shard = takeShard(control, message.tickets)
    }
    reporter.idle()
  })
  parentPort!.postMessage('ready')
}

/** A copy of a network of the main thread, with a store for its weights. */
interface Copy {
  readonly network: NetworkMessage
  weights: ParameterStore | undefined
}

/** Copies of the main thread's networks of the last batches, with their weights and mixture weights. */
function networkCopies(): {
  add(message: NetworkMessage): void
  /**
   * Begins a batch and marks its network as used. Every thread does so for every batch, so that all keep the
   * same networks.
   */
  use(batch: BatchMessage): void
  /** The network of the batch that was begun, with the batch's weights and mixture weights. */
  at(batch: BatchMessage): PassNetwork
} {
  const copies = recent<number, Copy>(mostNetworks, ({ weights }) => weights?.dispose())
  let now: Copy
  let loaded: BatchMessage | undefined
  const stored = (copy: Copy): ParameterStore => {
    if (copy.weights) return copy.weights
    const { graph, untrained } = copy.network
    const constants = takeParts(untrained)
    const values = parametersOf(graph).map(({ name, shape, role }): [string, Float32Array] => [
      name,
      role === 'weight' ? new Float32Array(sizeOf(shape)) : constants(shape).slice(),
    ])
    copy.weights = ParameterStore.filled(graph, new Map(values))
    return copy.weights
  }
  const load = (store: ParameterStore, batch: BatchMessage): void => {
    const weight = takeParts(batch.weights)
    for (const { name, shape, role } of store.specs)
      if (role === 'weight') overwriteParameter(store, name, weight(shape))
  }
  return {
    add: (network) => copies.set(network.id, { network, weights: undefined }),
    use(batch) {
      now = copies.get(batch.network)!
    },
    at(batch) {
      const weights = stored(now)
      if (batch !== loaded) load(weights, batch)
      loaded = batch
      const part = takeParts(batch.mixtures)
      const mixtures = new Map(now.network.groups.map(([name, shape]) => [name, part(shape)]))
      const mixture = (group: string) => tf.tensor1d(mixtures.get(group)!.slice())
      return { graph: now.network.graph, weights, mixture }
    },
  }
}

/** Returns a function that copies gradients into shared memory and frees them. */
function handingOver(): (gradients: ShardGradients, into: Float32Array, loaded: number) => ShardResults {
  // A recorded pass lends the same maps each time, and their names and shapes are told once.
  let told: ShardGradients['weights'] | undefined
  return (gradients, into, loaded) => {
    const start = performance.now()
    const { losses, weights, mixtures, statistics, giveBack } = gradients
    const part = takeParts(into)
    const put = (tensor: tf.Tensor): void => part(tensor.shape).set(tensorNumbers(tensor))
    weights.forEach(put)
    mixtures.forEach(put)
    for (const { mean, variance } of statistics.values()) [mean, variance].forEach(put)
    const numbers = Object.entries(losses).map(([role, loss]) => [role, tensorNumbers(loss)[0]!])
    const layout = weights !== told && layoutOf(gradients)
    told = giveBack && weights
    disposeGradients(gradients)
    return {
      losses: Object.fromEntries(numbers) as ShardResults['losses'],
      ...(layout && { layout }),
      exchangeMs: loaded + performance.now() - start,
    }
  }
}

function layoutOf({ weights, mixtures, statistics }: ShardGradients): ResultLayout {
  const entries = (tensors: ReadonlyMap<string, tf.Tensor>) =>
    [...tensors].map(([name, { shape }]): Entry => [name, shape])
  return {
    weights: entries(weights),
    mixtures: entries(mixtures),
    statistics: [...statistics].map(([node, { mean }]): Entry => [node, mean.shape]),
  }
}
