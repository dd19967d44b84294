import * as tf from '@tensorflow/tfjs-core'
import { parametersOf, type NamedParameter } from '../../nn/cost.js'
import type { Graph, Shape } from '../../nn/graph.js'
import type { ParameterStore } from '../../nn/parameter-store.js'
import { sizeOf } from '../../nn/primitives/types.js'
import type { ShardGradients, ShardWork } from '../gradients.js'
import { mixturesOf, type Network } from '../network.js'
import { addNumbers, numbersOf, tensorOf } from '../numbers.js'
import { partsOf, sharedFloats } from './arrays.js'
import type { Tickets } from './control.js'
import type { named } from './known.js'
import type { BatchMessage, Entry, NetworkMessage, Results, SharedWork } from './protocol.js'

type Names = NonNullable<ReturnType<typeof named>>

/** The main thread's side of the memory that threads share. It grows where a network or a batch needs more. */
export class Exchange {
  #graph: Graph | undefined
  #store: ParameterStore | undefined
  readonly #arrays = new Map<string, Float32Array>()

  /** What to tell the threads of a batch; of the network only where it is another one than last time. */
  messages(
    network: Network,
    work: readonly ShardWork[],
    names: readonly Names[],
    tickets: Tickets,
  ): { change: NetworkMessage | undefined; batch: BatchMessage } {
    const { graph, weights } = network
    const groups = [...network.groups].map(([name, members]): Entry => [name, [members]])
    const same = graph === this.#graph && weights === this.#store
    const change = same ? undefined : networkMessage(network, groups)
    this.#graph = graph
    this.#store = weights
    // Those of the graph: a single path has not all of the store's.
    const specs = parametersOf(graph)
    const values = this.#flat('weights', totalOf(specs.filter(isTrained)))
    const mixtures = this.#flat('mixtures', totalOf(groups.map(([, shape]) => ({ shape }))))
    writeParameters(weights, specs.filter(isTrained), values)
    writeMixtures(network, mixtures)
    // A shard has batch statistics of as many numbers as the graph has moving averages.
    const most = totalOf(specs) + mixtures.length
    const shared = work.map((each, i) => this.#shared(each, names[i]!, i, most))
    return { change, batch: { kind: 'batch', tickets, weights: values, mixtures, work: shared } }
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

const totalOf = (arrays: readonly { readonly shape: Shape }[]): number =>
  arrays.reduce((sum, { shape }) => sum + sizeOf(shape), 0)

const isTrained = ({ role }: NamedParameter): boolean => role === 'weight'
const isUntrained = (parameter: NamedParameter): boolean => !isTrained(parameter)

function networkMessage({ graph, weights }: Network, groups: readonly Entry[]): NetworkMessage {
  const specs = parametersOf(graph).filter(isUntrained)
  const untrained = sharedFloats(totalOf(specs))
  writeParameters(weights, specs, untrained)
  return { kind: 'network', graph, groups, untrained }
}

function writeParameters(store: ParameterStore, specs: readonly NamedParameter[], into: Float32Array): void {
  const part = partsOf(into)
  for (const { name, shape } of specs) part(shape).set(numbersOf(store.get(name)))
}

function writeMixtures(network: Network, into: Float32Array): void {
  const part = partsOf(into)
  const mixtures = mixturesOf(network)
  for (const group of network.groups.keys()) {
    const mixture = mixtures.of(group)
    part(mixture.shape).set(numbersOf(mixture))
  }
  mixtures.dispose()
}

/** A shard's gradients, as tensors of this thread. The caller's. */
export function gradientsOf(results: Results, numbers: Float32Array): ShardGradients {
  const part = partsOf(numbers)
  const read = <T extends tf.Tensor>([name, shape]: Entry) =>
    [name, tensorOf(part(shape), shape) as T] as const
  const { task, reconstruction } = results.losses
  return {
    losses: {
      ...(task !== undefined && { task: tf.scalar(task) }),
      ...(reconstruction !== undefined && { reconstruction: tf.scalar(reconstruction) }),
    },
    weights: new Map(results.weights.map(read)),
    mixtures: new Map(results.mixtures.map(read<tf.Tensor1D>)),
    statistics: new Map(
      results.statistics.map((entry) => {
        const [node, mean] = read<tf.Tensor1D>(entry)
        return [node, { mean, variance: read<tf.Tensor1D>(entry)[1] }]
      }),
    ),
  }
}

/** total + a shard's gradients, read where they stand; takes total over. */
export function addResults(total: ShardGradients, results: Results, numbers: Float32Array): ShardGradients {
  const part = partsOf(numbers)
  const added = <T extends tf.Tensor>(sums: ReadonlyMap<string, T>, entries: readonly Entry[]) =>
    new Map(entries.map(([name, shape]) => [name, addNumbers(sums.get(name)!, part(shape))]))
  const loss = (sum: tf.Scalar, value: number) => addNumbers(sum, Float32Array.of(value))
  const { task, reconstruction } = total.losses
  return {
    losses: {
      ...(task && { task: loss(task, results.losses.task!) }),
      ...(reconstruction && { reconstruction: loss(reconstruction, results.losses.reconstruction!) }),
    },
    weights: added(total.weights, results.weights),
    mixtures: added(total.mixtures, results.mixtures),
    statistics: new Map(
      results.statistics.map(([node, shape]) => {
        const { mean, variance } = total.statistics.get(node)!
        return [node, { mean: addNumbers(mean, part(shape)), variance: addNumbers(variance, part(shape)) }]
      }),
    ),
  }
}
