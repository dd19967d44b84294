import * as tf from '@tensorflow/tfjs-core'
import type { Graph } from '../nn/graph.js'
import type { ParameterStore } from '../nn/parameter-store.js'
import type { SupernetModel } from '../supernet/model.js'

/** What a pass through a network needs. */
export interface PassNetwork {
  readonly graph: Graph
  readonly weights: ParameterStore
  /** Mixture weights of a group. Call it inside a tidy. */
  mixture(group: string, into?: tf.Tensor1D): tf.Tensor1D
  /** Writes the mixture weights of many groups at once; absent if the network cannot. */
  readonly mixInto?: (mixtures: ReadonlyMap<string, tf.Tensor1D>) => void
}

/** What the training step needs of a network: a supernet's model, or a discrete network. */
export interface Network extends PassNetwork {
  /** The number of members by group, in the order of their mixture weights; empty for a discrete network. */
  readonly groups: ReadonlyMap<string, number>
  /** The gradient of a group's α, from that of its mixture weights. Call it inside a tidy. */
  pullBack(group: string, dMixture: tf.Tensor1D, into?: tf.Tensor1D): tf.Tensor1D
  /** Computes `pullBack` of many groups at once; absent if the network cannot. */
  readonly pullBackInto?: (
    dMixtures: ReadonlyMap<string, tf.Tensor1D>,
    into: Map<string, tf.Tensor1D>,
  ) => void
}

/** A network without gates. The caller keeps ownership of the store. */
export function discreteNetwork(graph: Graph, weights: ParameterStore): Network {
  return {
    graph,
    weights,
    groups: new Map(),
    mixture: noGates,
    pullBack: noGates,
  }
}

const noGates = (group: string): never => {
  throw new Error(`a discrete network has no gates: ${group}`)
}

/**
 * A supernet's model as a network, which follows the model's pruning. If an iteration t is given, its mixture
 * weights are those of that training step.
 */
export function modelNetwork(model: SupernetModel, t?: number): Network {
  const { atOnce } = model.mixing
  return {
    get graph() {
      return model.supernet.graph
    },
    weights: model.weights,
    get groups() {
      return new Map(model.supernet.groups.map(({ name, members }) => [name, members.length]))
    },
    mixture: (group, into) => model.mixing.sample(group, t, into),
    pullBack: (group, dMixture, into) => model.mixing.pullBack(group, dMixture, t, into),
    ...(atOnce && {
      mixInto: (mixtures) => {
        atOnce.sample(model.supernet, mixtures)
      },
      pullBackInto: (dMixtures, into) => {
        atOnce.pullBack(model.supernet, dMixtures, into)
      },
    }),
  }
}

/** A supernet's model as it is evaluated: with the average of its weights, if the model keeps one. */
export function judgedNetwork(model: SupernetModel): PassNetwork {
  return {
    get graph() {
      return model.supernet.graph
    },
    get weights() {
      return model.judged
    },
    mixture: (group) => model.mixing.sample(group),
  }
}

/** The groups whose mixture weights a graph reads. */
export const mixturesRead = ({ nodes }: Graph): string[] => [
  ...new Set(nodes.flatMap(({ attrs }) => (attrs.group === undefined ? [] : [attrs.group as string]))),
]

/** The mixture weights of one pass, computed once per group. Dispose them after the pass. */
export function mixturesOf(network: Pick<Network, 'mixture'>): {
  readonly of: (group: string) => tf.Tensor1D
  dispose(): void
} {
  const known = new Map<string, tf.Tensor1D>()
  return {
    of(group) {
      const mixture = known.get(group) ?? tf.keep(tf.tidy(() => network.mixture(group)))
      known.set(group, mixture)
      return mixture
    },
    dispose: () => tf.dispose([...known.values()]),
  }
}
