import * as tf from '@tensorflow/tfjs-core'
import { randomSource } from '../../src/base/random.js'
import { costOf, hasWeights } from '../../src/nn/cost.js'
import { keepMembers, withoutDeadNodes } from '../../src/nn/transform.js'
import type { LayerGates } from '../../src/objective/terms/types.js'
import { layerGates } from '../../src/search/gates/layer-gates.js'
import { SupernetModel } from '../../src/supernet/model.js'
import type { RelaxationName } from '../../src/supernet/relaxations/index.js'
import type { Relaxation } from '../../src/supernet/relaxations/types.js'
import type { GateGroup, Supernet } from '../../src/supernet/types.js'

/** Gates of a layer as numbers, in float64. */
export interface GateNumbers {
  readonly supernet: Supernet
  readonly groups: readonly GateGroup[]
  readonly mixture: (group: string) => readonly number[]
  readonly alpha: (group: string) => readonly number[]
}

export const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
export const shares = (values: readonly number[]): number[] => values.map((v) => v / total(values))

const softmax = (a: readonly number[]) => shares(a.map((v) => Math.exp(v)))

/** Each relaxation written out. */
export const mixtures: Record<
  RelaxationName,
  (a: readonly number[], group: GateGroup, t: number) => number[]
> = {
  gates: (a, { total: sum }) => shares(a).map((v) => v * sum),
  softmax: (a, { total: sum }, t) => softmax(a.map((v) => v / t)).map((v) => v * sum),
  sigmoid: (a, _, t) => a.map((v) => 1 / (1 + Math.exp(-v / t))),
  'gumbel-softmax': (a, { total: sum }) => softmax(a).map((v) => v * sum),
}

/** A model with random α, a layer of it as terms see it, and the same as numbers. Dispose the model. */
export function gateLayer(
  supernet: Supernet,
  relaxation: Relaxation,
  layer: string,
  seed = 2,
): {
  model: SupernetModel
  gates: LayerGates
  numbers: (alphas?: Map<string, readonly number[]>) => GateNumbers
} {
  const model = new SupernetModel(supernet, relaxation, randomSource(seed), 0.6)
  model.temperature = 0.7
  const gates = layerGates(model, layer, (_, member) => member.length / 10)
  const now = new Map([...model.alphaValues()].map(([name, values]) => [name, [...values]]))
  const numbers = (alphas: Map<string, readonly number[]> = now): GateNumbers => ({
    supernet,
    groups: gates.groups,
    alpha: (name) => alphas.get(name)!,
    mixture: (name) =>
      mixtures[relaxation.name as RelaxationName](
        alphas.get(name)!,
        supernet.groups.find((g) => g.name === name)!,
        model.temperature,
      ),
  })
  return { model, gates, numbers }
}

/** What the task's network loses with a member in every place of its group at once. */
export function lostWith(
  supernet: Supernet,
  group: GateGroup,
  member: string,
  what: 'parameters' | 'flops',
): number {
  const graph = withoutDeadNodes(supernet.graph, ['task'])
  const others = new Set(group.members.flatMap(({ name }) => (name === member ? [] : [name])))
  return costOf(graph)[what] - costOf(keepMembers(graph, group.name, others).graph)[what]
}

/** Weighted nodes of an operation on an edge, which stand one behind another but for the halves of a reduction. */
export function depthOfOperation({ graph }: Supernet, edge: string, operation: string): number {
  const own = graph.nodes.filter((node) => node.id.startsWith(`${edge}/${operation}/`) && hasWeights(node))
  return operation === 'skip' ? Math.min(own.length, 1) : own.length
}

export const valueOf = (f: () => tf.Tensor): number => tf.tidy(() => f().dataSync()[0]!)
export const numbersOf = (f: () => tf.Tensor): Float32Array =>
  tf.tidy(() => f().dataSync<'float32'>().slice())
