import * as tf from '@tensorflow/tfjs-core'
import { parentPort, workerData } from 'node:worker_threads'
import { useBackend } from '../../backend/index.js'
import { parametersOf } from '../../nn/cost.js'
import { ParameterStore } from '../../nn/parameter-store.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { disposeGradients, shardGradients, type ShardGradients } from '../gradients.js'
import type { PassNetwork } from '../network.js'
import { numbersOf } from '../numbers.js'
import { overwrite, partsOf } from './arrays.js'
import { takeShard, threadControl } from './control.js'
import { unnamed, type Known } from './known.js'
import type { Answer, BatchMessage, Entry, NetworkMessage, Results, ThreadStart } from './protocol.js'

/**
 * A thread's life: starts the backend that the main thread has, then takes shards of batches and answers with
 * their gradients. It keeps one copy of the parameters.
 */
export async function serveShards(known: Known): Promise<void> {
  const { backend, relaxed, thread, control, port } = workerData as ThreadStart
  const own = threadControl(control, thread)
  process.on('exit', () => own.end())
  await useBackend(backend, { relaxed })
  const copy = networkCopy()

  const computed = (batch: BatchMessage, shard: number): Answer => {
    try {
      const start = performance.now()
      const network = copy.at(batch)
      const loaded = performance.now() - start
      const work = batch.work[shard]!
      const gradients = shardGradients(network, unnamed(work, known), own.beat)
      return { shard, results: handOver(gradients, work.results, loaded) }
    } catch (error) {
      return { shard, error: error instanceof Error ? error : new Error(String(error)) }
    }
  }
  port.on('message', (message: NetworkMessage | BatchMessage) => {
    if (message.kind === 'network') return copy.replace(message)
    own.busy()
    for (let shard = takeShard(control, message.tickets); shard !== undefined;) {
      port.postMessage(computed(message, shard))
      own.answer()
      shard = takeShard(control, message.tickets)
    }
    own.idle()
  })
  parentPort!.postMessage('ready')
}

/** The main thread's network: its weights and mixture weights. */
function networkCopy(): {
  replace(message: NetworkMessage): void
  /** As it is in a batch. */
  at(batch: BatchMessage): PassNetwork
} {
  let network: NetworkMessage
  let weights: ParameterStore | undefined
  let now: BatchMessage | undefined
  const stored = (): ParameterStore => {
    if (weights) return weights
    const specs = parametersOf(network.graph)
    const untrained = partsOf(network.untrained)
    const values = specs.map(({ name, shape, role }): [string, Float32Array] => [
      name,
      role === 'weight' ? new Float32Array(sizeOf(shape)) : untrained(shape).slice(),
    ])
    return ParameterStore.filled(network.graph, new Map(values))
  }
  const load = (batch: BatchMessage): ParameterStore => {
    const store = stored()
    const weight = partsOf(batch.weights)
    for (const { name, shape, role } of store.specs)
      if (role === 'weight') overwrite(store, name, weight(shape))
    return store
  }
  return {
    replace(message) {
      weights?.dispose()
      weights = undefined
      network = message
    },
    at(batch) {
      if (batch !== now) weights = load(batch)
      now = batch
      const part = partsOf(batch.mixtures)
      const mixtures = new Map(network.groups.map(([name, shape]) => [name, part(shape)]))
      const mixture = (group: string) => tf.tensor1d(mixtures.get(group)!.slice())
      return { graph: network.graph, weights: weights!, mixture }
    },
  }
}

/** Copies gradients into shared memory and frees them. */
function handOver(gradients: ShardGradients, into: Float32Array, loaded: number): Results {
  const start = performance.now()
  const part = partsOf(into)
  const put = ([name, tensor]: readonly [string, tf.Tensor]): Entry => {
    part(tensor.shape).set(numbersOf(tensor))
    return [name, tensor.shape]
  }
  const numbers = Object.entries(gradients.losses).map(([role, loss]) => [role, numbersOf(loss)[0]!])
  const weights = [...gradients.weights].map(put)
  const mixtures = [...gradients.mixtures].map(put)
  const statistics = [...gradients.statistics].map(([node, { mean, variance }]) => {
    put([node, mean])
    return put([node, variance])
  })
  disposeGradients(gradients)
  const losses = Object.fromEntries(numbers) as Results['losses']
  return { losses, weights, mixtures, statistics, exchangeMs: loaded + performance.now() - start }
}
