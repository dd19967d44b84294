import * as tf from '@tensorflow/tfjs-core'
import type { Graph } from '../../nn/graph.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { alphaGradient, type Gradients, type ShardWork } from '../gradients.js'
import { mixturesOf, type Network } from '../network.js'
import { numbersOf, partsOf, sharedFloats, tensorOf } from './arrays.js'
import type { Tickets } from './control.js'
import type { named } from './known.js'
import type { BatchMessage, Entry, NetworkMessage, Results, SharedWork } from './protocol.js'

type Names = NonNullable<ReturnType<typeof named>>

/** The main thread's side of the memory that threads share. It grows where a network or a batch needs more. */
export class Exchange {
  #graph: Graph | undefined
  readonly #arrays = new Map<string, Float32Array>()

  /** What to tell the threads of a batch; of the network only where it is another one than last time. */
  messages(
    network: Network,
    work: readonly ShardWork[],
    names: readonly Names[],
    tickets: Tickets,
  ): { change: NetworkMessage | undefined; batch: BatchMessage } {
    const { graph, alphas, weights } = network
    const groups = [...alphas].map(([name, { shape }]): Entry => [name, shape])
    const change = graph === this.#graph ? undefined : ({ kind: 'network', graph, groups } as const)
    this.#graph = graph
    const parameters = this.#flat('parameters', totalOf(weights.specs.map(({ shape }) => shape)))
    const mixtures = this.#flat('mixtures', totalOf(groups.map(([, shape]) => shape)))
    writeParameters(network, parameters)
    writeMixtures(network, mixtures)
    const most = parameters.length + mixtures.length
    const shared = work.map((each, i) => this.#shared(each, names[i]!, i, most))
    return { change, batch: { kind: 'batch', tickets, parameters, mixtures, work: shared } }
  }

  #shared({ shard, ...work }: ShardWork, names: Names, index: number, most: number): SharedWork {
    const copied = (what: string, from: Float32Array): Float32Array => {
      const array = this.#flat(`${what} ${index}`, from.length)
      array.set(from)
      return array
    }
    const { inputs, targets, rows, probe } = shard
    return {
      ...work,
      ...names,
      shard: {
        inputs: copied('inputs', inputs),
        targets: copied('targets', targets),
        rows,
        ...(probe && { probe: copied('probe', probe) }),
      },
      results: this.#flat(`results ${index}`, most),
    }
  }

  /** A shared array of a purpose: the one there was, where it is long enough. */
  #flat(purpose: string, length: number): Float32Array {
    const known = this.#arrays.get(purpose)
    const array = known && known.length >= length ? known : sharedFloats(length)
    this.#arrays.set(purpose, array)
    return array.subarray(0, length)
  }
}

const totalOf = (shapes: readonly (readonly number[])[]): number =>
  shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)

function writeParameters({ weights }: Network, into: Float32Array): void {
  const part = partsOf(into)
  for (const { name, shape } of weights.specs) part(shape).set(numbersOf(weights.get(name)))
}

function writeMixtures(network: Network, into: Float32Array): void {
  const part = partsOf(into)
  const mixtures = mixturesOf(network)
  for (const group of network.alphas.keys()) {
    const mixture = mixtures.of(group)
    part(mixture.shape).set(numbersOf(mixture))
  }
  mixtures.dispose()
}

/** A shard's gradients as tensors of this thread, those of mixture weights taken on to α. The caller's. */
export function gradientsOf(network: Network, results: Results, numbers: Float32Array): Gradients {
  const part = partsOf(numbers)
  const read = <T extends tf.Tensor>([name, shape]: Entry) =>
    [name, tensorOf(part(shape), shape) as T] as const
  const weights = new Map(results.weights.map(read))
  const mixtures = results.mixtures.map(read<tf.Tensor1D>)
  const statistics = results.statistics.map((entry) => {
    const [node, mean] = read<tf.Tensor1D>(entry)
    return [node, { mean, variance: read<tf.Tensor1D>(entry)[1] }] as const
  })
  const { task, reconstruction } = results.losses
  return {
    losses: {
      ...(task !== undefined && { task: tf.scalar(task) }),
      ...(reconstruction !== undefined && { reconstruction: tf.scalar(reconstruction) }),
    },
    weights,
    alphas: new Map(
      mixtures.map(([group, d]) => [group, alphaGradient(network, network.alphas.get(group)!, group, d)]),
    ),
    statistics: new Map(statistics),
  }
}
