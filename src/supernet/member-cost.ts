import { costOf, costsByNode } from '../nn/cost.js'
import type { Graph, Node } from '../nn/graph.js'
import { carryingMembers, keepMembers, withoutDeadNodes } from '../nn/transform.js'
import { exclusiveNodes } from './exclusive.js'
import type { GateGroup, Supernet } from './types.js'

/** What a network loses with a member, apart from what other groups inside of it decide. */
export interface MemberCost {
  readonly parameters: number
  /** Multiply-adds for one example. */
  readonly flops: number
}

/** Where a group stands: a member of another group, its place in it, and how many members that has. */
export interface Above {
  readonly group: string
  readonly member: string
  readonly place: number
  readonly of: number
}

/** The costs of a supernet's members, and how its groups lie in one another. */
export interface CostTree {
  of(group: string, member: string): MemberCost
  /** The innermost member that a group goes with, if there is one: an edge's operations go with the edge. */
  above(group: string): Above | undefined
}

const trees = new WeakMap<Supernet, CostTree>()

/**
 * The cost tree of a supernet as it stands; after pruning it is another. Counted is the task's network: what
 * only a decoder needs, no derived network has. Units of a layer cost alike: what the network loses with one.
 */
export function costTree(supernet: Supernet): CostTree {
  const known = trees.get(supernet)
  if (known) return known
  const graph = withoutDeadNodes(supernet.graph, ['task'])
  const extents = supernet.groups.flatMap((group) => extentsOf(graph, group))
  const innermost = innermostOf(extents)
  const nodeCosts = costsByNode(graph)
  const costs = new Map(extents.map((extent) => [keyOf(extent), { parameters: 0, flops: 0 }]))
  for (const [node, extent] of innermost) {
    const total = costs.get(keyOf(extent))!
    total.parameters += nodeCosts.get(node)!.parameters
    total.flops += nodeCosts.get(node)!.flops
  }
  const above = new Map(
    supernet.groups.flatMap((group): [string, Extent][] => {
      const gate = graph.nodes.find(({ attrs }) => attrs.group === group.name)
      const extent = gate && innermost.get(gate.id)
      return extent ? [[group.name, extent]] : []
    }),
  )
  for (const group of supernet.groups) {
    if (group.kind !== 'units') continue
    const unit = unitCost(graph, group)
    const around = above.get(group.name)
    const outer = around && costs.get(keyOf(around))!
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

/** The nodes that go with a member. */
interface Extent extends Above {
  readonly nodes: readonly Node[]
}

const keyOf = ({ group, member }: Above): string => `${group} ${member}`

/** What goes with each member of a group, whose gates several mixes may share. */
function extentsOf(graph: Graph, group: GateGroup): Extent[] {
  const mixes = graph.nodes.filter(({ kind, attrs }) => kind === 'mix' && attrs.group === group.name)
  return group.members.map(({ name: member }, place) => ({
    group: group.name,
    member,
    place,
    of: group.members.length,
    nodes: mixes.flatMap((mix) => {
      const input = mix.inputs[carryingMembers(mix).indexOf(member)]
      return input === undefined ? [] : exclusiveNodes(graph, mix, input)
    }),
  }))
}

/** The smallest extent that each node lies in. */
function innermostOf(extents: readonly Extent[]): Map<string, Extent> {
  const innermost = new Map<string, Extent>()
  for (const extent of [...extents].sort((a, b) => b.nodes.length - a.nodes.length))
    for (const { id } of extent.nodes) innermost.set(id, extent)
  return innermost
}

function unitCost(graph: Graph, group: GateGroup): MemberCost {
  const others = new Set(group.members.slice(1).map(({ name }) => name))
  if (others.size === 0 || !graph.nodes.some(({ attrs }) => attrs.group === group.name))
    return { parameters: 0, flops: 0 }
  const [whole, less] = [costOf(graph), costOf(keepMembers(graph, group.name, others).graph)]
  return { parameters: whole.parameters - less.parameters, flops: whole.flops - less.flops }
}
