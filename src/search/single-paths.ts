import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import type { Graph } from '../nn/graph.js'
import { keepChoices } from '../nn/transform.js'
import type { CompiledPhase } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { isWidth, type GateGroup } from '../supernet/types.js'
import type { Network } from './network.js'

/** A choice that is not made yet, and the members that it may still be made for. */
interface OpenChoice {
  readonly group: GateGroup
  readonly members: readonly string[]
}

/** The choices with more members that carry something, their gates open, than will be kept. */
export const openChoices = (model: SupernetModel): OpenChoice[] =>
  model.supernet.groups
    .filter((group) => !isWidth(group))
    .map((group) => {
      const gates = model.alpha(group.name).dataSync()
      const closes = model.relaxation.step === 'proximal'
      const members = group.members
        .filter(({ empty = false }, i) => !empty && !(closes && gates[i] === 0))
        .map(({ name }) => name)
      return { group, members }
    })
    .filter(({ group, members }) => members.length > group.keep.max)

/** Of so many iterations gates move in the first. */
const every = 2

/** Does a phase alternate, with a choice still open? */
const alternates = (model: SupernetModel, { paths }: CompiledPhase): boolean =>
  paths === 'alternate' && openChoices(model).length > 0

/** Is iteration t one in which weights train in single paths, and gates wait? */
export const gatesWait = (model: SupernetModel, phase: CompiledPhase, t: number): boolean =>
  t % every > 0 && alternates(model, phase)

/** The share of iterations in which gates move, as things stand. */
export const movingShare = (model: SupernetModel, phase: CompiledPhase): number =>
  alternates(model, phase) ? 1 / every : 1

/** The members of choices that alone are in their place. */
type Paths = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The network of iteration t in which as many members of each open choice as are kept in the end, drawn evenly, are alone
 * in their place: what a member is worth there, its weights learn only there (Guo et al., arXiv:1904.00420).
 */
export function singlePath(model: SupernetModel, random: RandomSource, t: number): Network {
  const drawn = openChoices(model).map(({ group, members }) => {
    const order = random.stream('single path training', group.name, t).permutation(members.length)
    return [group.name, new Set([...order.subarray(0, group.keep.max)].map((i) => members[i]!))] as const
  })
  return pathNetwork(model, new Map(drawn), t)
}

/**
 * The supernet with only some members of some choices, even among themselves, everything else as it stands in iteration
 * t. Its weights are the model's; gates get no gradient.
 */
export function pathNetwork(model: SupernetModel, paths: Paths, t: number): Network {
  const graph = cutGraph(model.supernet.graph, paths)
  const standing = new Set(graph.nodes.map(({ attrs }) => attrs.group))
  const groups = model.supernet.groups.filter(({ name }) => standing.has(name))
  const totals = new Map(groups.map(({ name, total }) => [name, total]))
  return {
    graph,
    weights: model.weights,
    groups: new Map(groups.map(({ name, members }) => [name, paths.get(name)?.size ?? members.length])),
    mixture(name) {
      const kept = paths.get(name)?.size
      return kept === undefined ? model.sample(name, t) : tf.fill([kept], totals.get(name)! / kept)
    },
    pullBack(group) {
      throw new Error(`gates get no gradient in a single path: ${group}`)
    },
  }
}

/** Graphs that are kept, for those that small supernets draw again and again: programs are compiled once a graph. */
const mostKept = 64
const kept = new WeakMap<Graph, Map<string, Graph>>()

/** A graph with only some members of some choices; the same object for the same members, if asked for again soon. */
function cutGraph(graph: Graph, paths: Paths): Graph {
  const known = kept.get(graph) ?? new Map<string, Graph>()
  kept.set(graph, known)
  const key = [...paths].map(([group, members]) => `${group}: ${[...members].join()}`).join('; ')
  const cut = known.get(key) ?? keepChoices(graph, paths).graph
  known.delete(key)
  known.set(key, cut)
  if (known.size > mostKept) known.delete(known.keys().next().value!)
  return cut
}
