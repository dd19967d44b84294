import type { Graph, Shape } from '../nn/graph.js'
import type { Slice } from '../nn/slice.js'

/**
 * What a budget can limit: weights, multiply-adds for one example, nodes in sequence, milliseconds by a
 * measured table.
 */
export type CostMetric = 'parameters' | 'flops' | 'depth' | 'latency'

/** The metrics that can be counted member by member. */
export type MemberMetric = Exclude<CostMetric, 'depth'>

/** One thing that a gate opens: an operation on an edge, an input of a node, or one unit of a layer. */
export interface Member {
  /** Unique in its group: `sep-conv-3x3`, `0→2`, or `17` for a unit. */
  readonly name: string
  /** Whether it learns nothing (skip, pooling, none). */
  readonly parameterFree?: boolean
  /** Whether it carries nothing (`none`). It competes for the mixture; see `keep.empty`. */
  readonly empty?: boolean
}

/**
 * A set of members that compete: their mixture weights are normalised together (they sum to `total`), so
 * their common scale is not a free direction.
 */
export interface GateGroup {
  readonly name: string
  /** The layer k with the λ that acts on it. */
  readonly layer: string
  /** What its members are: the operations of an edge, the inputs of a node, the units of a layer. */
  readonly kind: 'operations' | 'inputs' | 'units'
  readonly members: readonly Member[]
  /** The sum of the mixture weights: the number of members wanted, or the number of units at the start. */
  readonly total: number
  /**
   * How many members a legal architecture keeps. `empty`: the member that carries nothing may be the one
   * kept, as long as something reaches the output (NAS-Bench-201); by default it may not (DARTS).
   */
  readonly keep: { readonly min: number; readonly max: number; readonly empty?: boolean }
}

/**
 * Whether all members of a group may stay (units, paths). Otherwise it is a choice, of which some must be
 * removed.
 */
export const isWidth = ({ members, keep }: Pick<GateGroup, 'members' | 'keep'>): boolean =>
  keep.max >= members.length

/** The members of a group that are not kept. */
export const others = ({ members }: Pick<GateGroup, 'members'>, kept: readonly string[]): string[] =>
  members.map(({ name }) => name).filter((name) => !kept.includes(name))

/** The members of a group that a legal architecture may keep. */
export const keepable = ({ members, keep }: Pick<GateGroup, 'members' | 'keep'>): Member[] =>
  members.filter(({ empty = false }) => keep.empty === true || !empty)

/** A network that mixes candidate operations: a graph, its ordered layers, and the groups of its gates. */
export interface Supernet {
  /** The search space's name in the registry. */
  readonly space: string
  /** The space's options, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  readonly input: Shape
  /** Width of the task output: classes, or regression outputs. */
  readonly outputs: number
  readonly graph: Graph
  /**
   * Layer names in order; k is the index. Every node and every group names one of them. α that cells share
   * has a layer of its own, which has no nodes.
   */
  readonly layers: readonly string[]
  /** The groups with their remaining members. A group is removed together with its edge. */
  readonly groups: readonly GateGroup[]
}

/** A smaller supernet, and how its parameters and gates are cut from those before. */
export interface Pruned {
  readonly supernet: Supernet
  readonly slices: ReadonlyMap<string, readonly Slice[]>
}

/** How a pruning cut weights (by parameter) and α (by group), for code that holds further state for them. */
export interface ModelCut {
  readonly weights: ReadonlyMap<string, readonly Slice[]>
  readonly alphas: ReadonlyMap<string, readonly Slice[]>
}

/** The discrete result: the remaining members of each group. Plain data, stored in `architecture.json`. */
export interface Architecture {
  readonly format: 'sentei-architecture/1'
  readonly space: string
  readonly options: Readonly<Record<string, unknown>>
  readonly input: Shape
  readonly outputs: number
  /** Kept members by group, in the supernet's order, with the gate's final mixture weight. */
  readonly groups: readonly ArchitectureGroup[]
}

export interface ArchitectureGroup {
  readonly name: string
  readonly layer: string
  readonly kind: GateGroup['kind']
  readonly kept: readonly { readonly member: string; readonly gate: number }[]
  /** How many members the search began with. */
  readonly of: number
}

/** The milliseconds of a member, from a measured table. */
export type Latency = (group: GateGroup, member: string) => number

/** Mixture weights by group and member. */
export type GateWeights = Record<string, Record<string, number>>
