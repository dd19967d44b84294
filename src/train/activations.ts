import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import type { Graph } from '../nn/graph.js'
import { shaped } from '../nn/shaped.js'
import type { Shard, Tap } from './shard.js'

/** The outputs of a layer: those of its nodes that other layers read, or that are outputs of the network. */
export function layerOutputs({ nodes, outputs }: Graph, layer: string): string[] {
  const layerOf = new Map(nodes.map((node) => [node.id, node.layer]))
  const read = new Set(Object.values(outputs))
  for (const node of nodes) for (const id of node.inputs) if (layerOf.get(id) !== node.layer) read.add(id)
  return nodes.flatMap(({ id, layer: nodeLayer }) => (nodeLayer === layer && read.has(id) ? [id] : []))
}

/**
 * The taps at the outputs of some layers, each with the terms that act on its layer. A layer without terms,
 * or one that the graph does not have, has no taps.
 */
export const tapsOf = (
  graph: Graph,
  layers: readonly string[],
  actingOn: (layer: string) => Tap['terms'],
): Tap[] =>
  layers.flatMap((layer) => {
    const terms = actingOn(layer)
    return terms.length === 0 ? [] : layerOutputs(graph, layer).map((node) => ({ node, terms }))
  })

/** The distances by which the taps' terms need the inputs moved, each listed once. */
export const probesOf = (taps: readonly Tap[]): number[] => [
  ...new Set(taps.flatMap(({ terms }) => terms.flatMap(({ action }) => action.probe ?? []))),
]

/** The shards with a random direction each for iteration t: a sign ±1 for every input value. */
export function withProbes(shards: readonly Shard[], random: RandomSource, t: number): Shard[] {
  const stream = random.stream('probe', '', t)
  return shards.map((shard) => ({
    ...shard,
    probe: Float32Array.from(shard.inputs, () => (stream.uniform() < 0.5 ? -1 : 1)),
  }))
}

/**
 * Gradients of the taps' values by node. Those of passes with moved inputs are grouped by the distance moved.
 */
export interface TapGradients {
  readonly unmoved: Record<string, tf.Tensor>
  readonly moved: Map<number, Record<string, tf.Tensor>>
}

/**
 * The gradients of Σ λ R over all taps. `strengths` are λ times the shard's share of the batch, for each term of each tap
 * in order. `tapValue` and `moved` return the values of the taps, the latter by distance. The caller owns the result.
 */
export function tapGradients(
  taps: readonly Tap[],
  strengths: readonly tf.Scalar[],
  tapValue: (node: string) => tf.Tensor,
  moved: (probe: number, node: string) => tf.Tensor,
): TapGradients {
  const gradients: TapGradients = { unmoved: {}, moved: new Map() }
  const add = (into: Record<string, tf.Tensor>, node: string, gradient: tf.Tensor) => {
    const before = into[node]
    into[node] = before ? tf.add(before, gradient) : gradient
    if (before) tf.dispose([before, gradient])
  }
  let next = 0
  for (const { node, terms } of taps)
    for (const { action } of terms) {
      const { probe } = action
      const strength = strengths[next++]!
      const value = (h: tf.Tensor, other: tf.Tensor) =>
        tf.mul(shaped(action.value(h, other), [], `a term’s value on the activations ${node}`), strength)
      const h = tapValue(node)
      if (probe === undefined)
        add(
          gradients.unmoved,
          node,
          tf.tidy(() => tf.grad((x) => value(x, x))(h)),
        )
      else {
        const [dh, dMoved] = tf.tidy(() => tf.grads(value)([h, moved(probe, node)]))
        add(gradients.unmoved, node, dh!)
        const known = gradients.moved.get(probe) ?? {}
        gradients.moved.set(probe, known)
        add(known, node, dMoved!)
      }
    }
  return gradients
}
