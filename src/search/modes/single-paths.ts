import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../../base/random.js'
import type { Graph } from '../../nn/graph.js'
import { keepChoices } from '../../nn/transform.js'
import type { CompiledPhase } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import { isWidth, type GateGroup } from '../../supernet/types.js'
import type { Network } from '../../train/network.js'

/** A choice that is not made yet, and the members that may still be chosen. */
interface OpenChoice {
  readonly group: GateGroup
  readonly members: readonly string[]
}

/**
 * The choices that have more members which carry something and whose gates are open than will be kept. Reads
 * the gates.
 */
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

/** Gates move in the first of every this many iterations. */
const every = 2

/** The role of an iteration when single paths alternate with the whole mixture. */
export interface Alternation {
  /** The choices to draw from; none if the phase does not alternate. */
  readonly open: readonly OpenChoice[]
  /** Whether weights train in a single path while gates wait. */
  readonly waits: boolean
  /** The current share of iterations in which gates move. */
  readonly share: number
}

export function alternation(model: SupernetModel, { paths }: CompiledPhase, t: number): Alternation {
  const open = paths === 'alternate' ? openChoices(model) : []
  return open.length === 0
    ? { open, waits: false, share: 1 }
    : { open, waits: t % every > 0, share: 1 / every }
}

/** For some choices, the members that stand alone in their place. */
type Paths = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The network of iteration t in which each open choice has only as many members as are kept in the end, drawn
 * with equal probability. Weights learn only there what a member is worth by itself (Guo et al.,
 * arXiv:1904.00420).
 */
export function singlePath(
  model: SupernetModel,
  open: readonly OpenChoice[],
  random: RandomSource,
  t: number,
): Network {
  const drawn = open.map(({ group, members }) => {
    const order = random.stream('single path training', group.name, t).permutation(members.length)
    const places = [...order.subarray(0, group.keep.max)].sort((a, b) => a - b)
    return [group.name, new Set(places.map((i) => members[i]!))] as const
  })
  const paths = open.reduce((product, { members }) => product * members.length, 1)
  return pathNetwork(model, new Map(drawn), t, paths <= mostKept)
}

/**
 * The supernet with only some members of some choices, with equal weights among them; everything else is as
 * in iteration t. Its weights are the model's; gates get no gradient. `again` tells that the same members
 * will be asked for again, so that the graph is cached.
 */
export function pathNetwork(model: SupernetModel, paths: Paths, t: number, again = false): Network {
  const graph = again
    ? keptGraph(model.supernet.graph, paths)
    : keepChoices(model.supernet.graph, paths).graph
  const standing = new Set(graph.nodes.map(({ attrs }) => attrs.group))
  const groups = model.supernet.groups.filter(({ name }) => standing.has(name))
  return {
    graph,
    weights: model.weights,
    groups: new Map(groups.map(({ name, members }) => [name, paths.get(name)?.size ?? members.length])),
    mixture(name) {
      const kept = paths.get(name)?.size
      const { total } = groups.find((group) => group.name === name)!
      return kept === undefined ? model.mixing.sample(name, t) : tf.fill([kept], total / kept)
    },
    pullBack(group) {
      throw new Error(`gates get no gradient in a single path: ${group}`)
    },
  }
}

/**
 * Supernets with few paths draw the same ones repeatedly, so their graphs are cached and each is compiled
 * only once.
 */
const mostKept = 64
const kept = new WeakMap<Graph, Map<string, Graph>>()

/** A graph with only some members of some choices. It is cached, so the same members give the same object. */
function keptGraph(graph: Graph, paths: Paths): Graph {
  const known = kept.get(graph) ?? new Map<string, Graph>()
  kept.set(graph, known)
  const key = JSON.stringify([...paths].map(([group, members]) => [group, ...members]))
  const cut = known.get(key) ?? keepChoices(graph, paths).graph
  known.set(key, cut)
  return cut
}
