import { costsByNode } from '../nn/cost.js'
import type { Graph, Node } from '../nn/graph.js'
import { carryingMembers, withoutDeadNodes } from '../nn/transform.js'
import { unitWidths, type UnitWidths } from '../nn/unit-widths.js'
import { exclusiveNodes } from './exclusive.js'
import type { GateGroup, Supernet } from './types.js'

/** The cost that a network loses with a member, without that of other groups inside it. */
export interface MemberCost {
  readonly parameters: number
  /** Multiply-adds for one example. */
  readonly flops: number
}

/**
 * The place of a group: the member of another group that contains it, the index of that member, and the
 * number of members of that group.
 */
export interface Above {
  readonly group: string
  readonly member: string
  readonly place: number
  readonly of: number
}

/** The costs of a supernet's members, and how its groups are nested. */
export interface CostTree {
  of(group: string, member: string): MemberCost
  /**
   * The innermost member that contains a group, if there is one: the operations of an edge belong to the
   * edge. A group whose gates are shared by several places only belongs to a member if all of these places
   * do. Therefore the last place of whatever contains a group comes after the group's own last place, and no
   * group contains itself.
   */
  above(group: string): Above | undefined
}

const trees = new WeakMap<Supernet, CostTree>()

/**
 * The cost tree of a supernet; after pruning it is another one. It counts the task's network, without what
 * only a decoder needs, since no derived network has a decoder. Units of a layer all have the cost that the
 * network loses with one of them.
 */
export function costTree(supernet: Supernet): CostTree {
  const known = trees.get(supernet)
  if (known) return known
  const graph = withoutDeadNodes(supernet.graph, ['task'])
  const gates = gatesByGroup(graph)
  const extents = supernet.groups.flatMap((group) => extentsOf(graph, group, gates.get(group.name) ?? []))
  const around = extentsByNode(extents)
  const nodeCosts = costsByNode(graph)
  const costs = new Map(extents.map((extent) => [keyOf(extent), { parameters: 0, flops: 0 }]))
  for (const [node, within] of around) {
    const total = costs.get(keyOf(within.at(-1)!))!
    total.parameters += nodeCosts.get(node)!.parameters
    total.flops += nodeCosts.get(node)!.flops
  }
  const above = new Map(
    [...gates].flatMap(([group, [first, ...more]]): [string, Extent][] => {
      const within = around.get(first!.id) ?? []
      const innermost = within.findLast(({ nodes }) => more.every(({ id }) => nodes.has(id)))
      return innermost ? [[group, innermost]] : []
    }),
  )
  const widths = unitWidths(graph)
  for (const group of supernet.groups) {
    if (group.kind !== 'units') continue
    const unit = unitCost(widths, group)
    const within = above.get(group.name)
    const outer = within && costs.get(keyOf(within))!
    for (const member of group.members) costs.set(`${group.name} ${member.name}`, { ...unit })
    if (!outer) continue
    outer.parameters = Math.max(0, outer.parameters - unit.parameters * group.members.length)
    outer.flops = Math.max(0, outer.flops - unit.flops * group.members.length)
  }
  const tree: CostTree = {
    of: (group, member) => costs.get(`${group} ${member}`) ?? { parameters: 0, flops: 0 },
    above: (group) => above.get(group),
  }
  trees.set(supernet, tree)
  return tree
}

/** The nodes that are removed with a member, by id. */
interface Extent extends Above {
  readonly nodes: ReadonlySet<string>
}

const keyOf = ({ group, member }: Above): string => `${group} ${member}`

/** The mix and units nodes of each group; several if places share its gates. */
function gatesByGroup({ nodes }: Graph): Map<string, Node[]> {
  const gates = new Map<string, Node[]>()
  for (const node of nodes) {
    const { group } = node.attrs
    if (typeof group !== 'string') continue
    const known = gates.get(group)
    if (known) known.push(node)
    else gates.set(group, [node])
  }
  return gates
}

/** The nodes that are removed with each member of a group, from all places that share its gates at once. */
function extentsOf(graph: Graph, { name: group, members }: GateGroup, gates: readonly Node[]): Extent[] {
  return members.map(({ name: member }, place) => {
    const cuts = gates.flatMap((mix) => {
      const input = mix.kind === 'mix' ? mix.inputs[carryingMembers(mix).indexOf(member)] : undefined
      return input === undefined ? [] : { mix, input }
    })
    const nodes = new Set(exclusiveNodes(graph, cuts).map(({ id }) => id))
    return { group, member, place, of: members.length, nodes }
  })
}

/** The extents that each node lies in, the innermost last. */
function extentsByNode(extents: readonly Extent[]): Map<string, Extent[]> {
  const around = new Map<string, Extent[]>()
  for (const extent of [...extents].sort((a, b) => b.nodes.size - a.nodes.size))
    for (const id of extent.nodes) {
      const known = around.get(id)
      if (known) known.push(extent)
      else around.set(id, [extent])
    }
  return around
}

/** The cost that the network loses with one unit of a group. */
function unitCost(widths: UnitWidths, { name, members }: GateGroup): MemberCost {
  const total = (places: readonly number[]) => {
    const costs = places.map((place) => widths.cost(place))
    const sum = (metric: keyof MemberCost) => costs.reduce((all, cost) => all + cost[metric], 0)
    return { parameters: sum('parameters'), flops: sum('flops') }
  }
  if (members.length < 2) return { parameters: 0, flops: 0 }
  const less = total(widths.narrow(name, members.length - 1))
  const whole = total(widths.narrow(name, members.length))
  return { parameters: whole.parameters - less.parameters, flops: whole.flops - less.flops }
}
