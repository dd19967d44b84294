import type { Config } from '../config/config-schema.js'
import type { Graph, Node } from '../nn/graph.js'
import { carryingMembers, withoutDeadNodes, withoutZeros, withShapes } from '../nn/transform.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Supernet } from '../supernet/types.js'
import { withDropPaths } from './drop-path.js'

/** Mixture weights by group and member. */
export type GateValues = Readonly<Record<string, Readonly<Record<string, number>>>>

export interface DiscreteOptions {
  /**
   * `keep` keeps gate values as constants; `drop` sets each to 1, as published derivations do.
   * `keep-undecided` keeps those of groups with more members than an architecture may have, whose sum would
   * otherwise be many times as large, and drops the others.
   */
  readonly gates: 'keep' | 'drop' | 'keep-undecided'
  /**
   * Whether batch norms of operations train scale and offset. Those of a supernet cannot, those of a discrete
   * network should.
   */
  readonly affine: boolean
  /**
   * Batch norms that only the search needs, after pooling: published networks drop them. `keep` by default.
   */
  readonly poolNorm?: 'keep' | 'drop'
  /** Whether to keep the auxiliary classifier if there is one; by default it is removed. */
  readonly auxiliary?: boolean
  /** The share of operations that drop-path leaves out in training; 0 by default. */
  readonly dropPath?: number
}

/** The options of the retrained network in a configuration. */
export const retrainedAs = ({
  gates,
  auxiliary,
  poolNorm,
  dropPath,
}: Config['retrain']): DiscreteOptions => ({
  gates,
  affine: true,
  auxiliary: auxiliary > 0,
  poolNorm,
  dropPath,
})

/** A network without gates, and the constants that replace gate values, by parameter name. */
export interface Discrete {
  readonly graph: Graph
  readonly constants: ReadonlyMap<string, Float32Array>
}

/**
 * Makes the discrete network of a supernet in its current state. Mixes become sums, and unit gates become
 * constants or are removed. Parts that only other outputs need (a decoder) are removed, too.
 */
export function discretise(supernet: Supernet, gates: GateValues, options: DiscreteOptions): Discrete {
  const constants = new Map<string, Float32Array>()
  const renamed = new Map<string, string>()
  const nodes: Node[] = []
  const { dropPath = 0 } = options
  const kept = keptGates(supernet, options.gates)
  for (const original of dropPath > 0
    ? withDropPaths(supernet.graph.nodes, dropPath)
    : supernet.graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((id) => renamed.get(id) ?? id) }
    const values = carryingMembers(node).map((m) => gates[node.attrs.group as string]![m]!)
    if (node.kind === 'mix') {
      const weights = kept.has(node.attrs.group as string) ? values : values.map(() => 1)
      if (node.inputs.length === 1 && weights[0] === 1) renamed.set(node.id, node.inputs[0]!)
      else nodes.push({ ...node, kind: 'add', attrs: weights.every((w) => w === 1) ? {} : { weights } })
    } else if (node.kind === 'units') {
      if (!kept.has(node.attrs.group as string)) renamed.set(node.id, node.inputs[0]!)
      else {
        nodes.push({ ...node, kind: 'affine', attrs: {} })
        constants.set(`${node.id}:scale`, Float32Array.from(values))
      }
    } else if (node.kind === 'zeros') nodes.push({ ...node, attrs: { shape: node.shape } })
    else if (options.poolNorm === 'drop' && node.attrs.searchOnly) renamed.set(node.id, node.inputs[0]!)
    else if (node.kind === 'batch-norm' && options.affine)
      nodes.push({ ...node, attrs: { ...node.attrs, affine: true } })
    else nodes.push(node)
  }
  const outputs = Object.fromEntries(
    Object.entries(supernet.graph.outputs).map(([role, id]) => [role, renamed.get(id) ?? id]),
  )
  const roles = ['task', ...(options.auxiliary && 'auxiliary' in outputs ? ['auxiliary'] : [])]
  const whole = { nodes: withShapes(withoutZeros(nodes)), outputs }
  return { graph: withoutDeadNodes(whole, roles), constants }
}

/** The names of the groups whose gate values become constants. */
function keptGates({ groups }: Supernet, gates: DiscreteOptions['gates']): ReadonlySet<string> {
  const kept = groups.filter(({ members, keep }) =>
    gates === 'keep-undecided' ? members.length > keep.max : gates === 'keep',
  )
  return new Set(kept.map(({ name }) => name))
}

/** The discrete network of a model, with its weights and gate values as initial values. */
export function deriveNetwork(
  model: SupernetModel,
  options: DiscreteOptions,
): { graph: Graph; values: Map<string, Float32Array> } {
  const { graph, constants } = discretise(model.supernet, model.gateValues(), options)
  return { graph, values: new Map([...model.weights.values(), ...constants]) }
}

/**
 * The unpruned supernet as a separate network with the settings of `retrain`: all members of a group are
 * equally open. If nothing is left to choose, it is the same as the derived network.
 */
export const unprunedNetwork = (supernet: Supernet, retrain: Config['retrain']): Discrete =>
  discretise(supernet, uniformGates(supernet), {
    ...retrainedAs(retrain),
    gates: retrain.gates === 'keep' ? 'keep' : 'keep-undecided',
  })

/** Gate values with which all members of a group are equally open. */
export function uniformGates(supernet: Supernet): GateValues {
  return Object.fromEntries(
    supernet.groups.map(({ name, total, members }) => [
      name,
      Object.fromEntries(members.map((member) => [member.name, total / members.length])),
    ]),
  )
}
