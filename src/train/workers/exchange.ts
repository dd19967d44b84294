import * as tf from '@tensorflow/tfjs-core'
import { recent } from '../../base/recent.js'
import { parametersOf, type NamedParameter } from '../../nn/cost.js'
import type { Graph, Shape } from '../../nn/graph.js'
import type { ParameterStore } from '../../nn/parameter-store.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { mixturesOf, type Network } from '../network.js'
import { addNumbers, tensorNumbers, tensorOf } from '../numbers.js'
import type { ShardGradients, ShardWork } from '../shard.js'
import { takeParts, sharedFloats } from './arrays.js'
import type { Tickets } from './control.js'
import type { named } from './known.js'
import {
  mostNetworks,
  type BatchMessage,
  type Entry,
  type ResultLayout,
  type NetworkMessage,
  type ShardResults,
  type SharedWork,
} from './protocol.js'

type Names = NonNullable<ReturnType<typeof named>>

/** A network that was sent to the threads and that they keep. */
interface Sent {
  readonly groups: readonly Entry[]
  readonly trained: readonly NamedParameter[]
  /** The count of numbers that are not trained. */
  readonly untrained: number
  readonly message: NetworkMessage
}

/** The main thread's side of the memory that threads share. It grows if a network or a batch needs more. */
export class Exchange {
  /**
   * The networks that the threads keep. Both sides use the same ids in the same order, so both drop the same
   * networks.
   */
  readonly #sent = recent<number, Sent>(mostNetworks)
  readonly #ids = new WeakMap<ParameterStore, WeakMap<Graph, number>>()
  #count = 0
  readonly #arrays = new Map<string, Float32Array>()

  /** The messages about a batch for the threads. The network is only included if they do not keep it. */
  messages(
    network: Network,
    work: readonly ShardWork[],
    names: readonly Names[],
    tickets: Tickets,
  ): { change: NetworkMessage | undefined; batch: BatchMessage } {
    const { weights } = network
    const id = this.#idOf(network)
    const known = this.#sent.get(id)
    const sent = known ?? this.#send(id, network)
    const { groups, trained } = sent
    const values = this.#flat('weights', totalOf(trained))
    const mixtures = this.#flat('mixtures', totalOf(groups.map(([, shape]) => ({ shape }))))
    writeParameters(weights, trained, values)
    writeMixtures(network, mixtures)
    // A shard's batch statistics have as many numbers as the graph's moving averages.
    const most = totalOf(trained) + sent.untrained + mixtures.length
    const shared = work.map((each, i) => this.#shared(each, names[i]!, i, most))
    return {
      change: known ? undefined : sent.message,
      batch: { kind: 'batch', tickets, network: id, weights: values, mixtures, work: shared },
    }
  }

  #idOf({ graph, weights }: Network): number {
    const ids = this.#ids.get(weights) ?? new WeakMap<Graph, number>()
    this.#ids.set(weights, ids)
    const id = ids.get(graph) ?? (this.#count += 1)
    ids.set(graph, id)
    return id
  }

  #send(id: number, { graph, weights, groups: members }: Network): Sent {
    const specs = parametersOf(graph)
    const constants = specs.filter(({ role }) => role !== 'weight')
    const untrained = sharedFloats(totalOf(constants))
    writeParameters(weights, constants, untrained)
    const groups = [...members].map(([name, count]): Entry => [name, [count]])
    const sent: Sent = {
      groups,
      trained: specs.filter(({ role }) => role === 'weight'),
      untrained: untrained.length,
      message: { kind: 'network', id, graph, groups, untrained },
    }
    this.#sent.set(id, sent)
    return sent
  }

  #shared({ shard, ...work }: ShardWork, names: Names, index: number, most: number): SharedWork {
    const copied = (what: string, from: Float32Array): Float32Array => {
      const array = this.#flat(`${what} ${index}`, from.length)
      array.set(from)
      return array
    }
    const { inputs, targets, soft, taught, rows, probe } = shard
    return {
      ...work,
      ...names,
      shard: {
        inputs: copied('inputs', inputs),
        targets: copied('targets', targets),
        rows,
        ...(soft && { soft }),
        ...(taught && { taught: copied('taught', taught) }),
        ...(probe && { probe: copied('probe', probe) }),
      },
      results: this.#flat(`results ${index}`, most),
    }
  }

  /** A shared array for a purpose. The existing one is used again if it is long enough. */
  #flat(purpose: string, length: number): Float32Array {
    const known = this.#arrays.get(purpose)
    const array = known && known.length >= length ? known : sharedFloats(length)
    this.#arrays.set(purpose, array)
    return array.subarray(0, length)
  }
}

const totalOf = (arrays: readonly { readonly shape: Shape }[]): number =>
  arrays.reduce((sum, { shape }) => sum + sizeOf(shape), 0)

function writeParameters(store: ParameterStore, specs: readonly NamedParameter[], into: Float32Array): void {
  const part = takeParts(into)
  for (const { name, shape } of specs) part(shape).set(tensorNumbers(store.get(name)))
}

function writeMixtures(network: Network, into: Float32Array): void {
  const part = takeParts(into)
  const mixtures = mixturesOf(network)
  for (const group of network.groups.keys()) {
    const mixture = mixtures.of(group)
    part(mixture.shape).set(tensorNumbers(mixture))
  }
  mixtures.dispose()
}

/** Results with their layout, whether their thread has just told it or before. */
export type Told = ShardResults & { readonly layout: ResultLayout }

/** A shard's gradients, as tensors of this thread. The caller owns them. */
export function gradientsOf(results: Told, numbers: Float32Array): ShardGradients {
  const part = takeParts(numbers)
  const read = <T extends tf.Tensor>([name, shape]: Entry) =>
    [name, tensorOf(part(shape), shape) as T] as const
  const { task, reconstruction } = results.losses
  return {
    losses: {
      ...(task !== undefined && { task: tf.scalar(task) }),
      ...(reconstruction !== undefined && { reconstruction: tf.scalar(reconstruction) }),
    },
    weights: new Map(results.layout.weights.map(read)),
    mixtures: new Map(results.layout.mixtures.map(read<tf.Tensor1D>)),
    statistics: new Map(
      results.layout.statistics.map((entry) => {
        const [node, mean] = read<tf.Tensor1D>(entry)
        return [node, { mean, variance: read<tf.Tensor1D>(entry)[1] }]
      }),
    ),
  }
}

/**
 * total + a shard's gradients, which are read directly from shared memory. Takes ownership of total, whose
 * maps stay the same, as `addGradients` does.
 */
export function addResults(total: ShardGradients, results: Told, numbers: Float32Array): ShardGradients {
  const part = takeParts(numbers)
  const addAll = <T extends tf.Tensor>(sums: Map<string, T>, entries: readonly Entry[]): void => {
    for (const [name, shape] of entries) sums.set(name, addNumbers(sums.get(name)!, part(shape)))
  }
  const loss = (sum: tf.Scalar, value: number) => addNumbers(sum, Float32Array.of(value))
  const { task, reconstruction } = total.losses
  addAll(total.weights, results.layout.weights)
  addAll(total.mixtures, results.layout.mixtures)
  for (const [node, shape] of results.layout.statistics) {
    const sum = total.statistics.get(node)!
    sum.mean = addNumbers(sum.mean, part(shape))
    sum.variance = addNumbers(sum.variance, part(shape))
  }
  return {
    ...total,
    losses: {
      ...(task && { task: loss(task, results.losses.task!) }),
      ...(reconstruction && { reconstruction: loss(reconstruction, results.losses.reconstruction!) }),
    },
  }
}
