import { keepMembers, type Slice } from '../nn/transform.js'
import { taskCost } from './cost.js'
import {
  carrying,
  type Architecture,
  type GateGroup,
  type Member,
  type Pruned,
  type Supernet,
} from './types.js'

/**
 * Removes all but the given members of a group, physically: their nodes and parameters go, and so do
 * groups that stood on removed edges. Refuses to leave fewer than the group's minimum.
 */
export function pruneGroup(supernet: Supernet, name: string, kept: readonly string[]): Pruned {
  const group = groupOf(supernet, name)
  const names = new Set(kept)
  const members = group.members.filter((member) => names.has(member.name))
  if (members.length !== names.size) throw new Error(`${name}: unknown members among ${kept.join(', ')}`)
  const left = carrying(members).length
  if (left < Math.min(group.keep.min, group.members.length))
    throw new Error(`${name}: at least ${group.keep.min} members stay, got ${left}`)
  const { graph, slices } = keepMembers(supernet.graph, name, names)
  const standing = new Set(graph.nodes.map((node) => node.attrs.group))
  const groups = supernet.groups
    .map((other) => (other.name === name ? { ...other, members } : other))
    .filter((other) => standing.has(other.name))
  return { supernet: { ...supernet, graph, groups }, slices }
}

/** Prunes a supernet down to an architecture that was found on the same space. */
export function restrictTo(supernet: Supernet, architecture: Architecture): Pruned {
  let current: Pruned = { supernet, slices: new Map() }
  const slices = new Map<string, readonly Slice[]>()
  for (const { name, kept } of architecture.groups) {
    const members = kept.map(({ member }) => member)
    current = pruneGroup(current.supernet, name, members)
    for (const [key, cuts] of current.slices) slices.set(key, [...(slices.get(key) ?? []), ...cuts])
  }
  return { supernet: current.supernet, slices }
}

/** The group of a name; the error lists what exists. */
export function groupOf(supernet: Supernet, name: string): GateGroup {
  const found = supernet.groups.find((group) => group.name === name)
  if (!found)
    throw new Error(`unknown group: ${name}; groups: ${supernet.groups.map((g) => g.name).join(', ')}`)
  return found
}

/** Why a supernet is not yet a legal architecture: a group with too many members. Undefined when it is. */
export function illegality(supernet: Supernet): string | undefined {
  const open = supernet.groups.find((group) => group.members.length > group.keep.max)
  return open && `${open.name}: ${open.members.length} members are left, at most ${open.keep.max} are legal`
}

/**
 * The legal architecture with the fewest parameters, as a pruned supernet: each group keeps its least
 * costly members, as few as it must; operations first, then inputs. Ties go to the earlier member.
 */
export function smallest(supernet: Supernet): Supernet {
  const inOrder = [...supernet.groups].sort(
    (a, b) => Number(b.kind === 'operations') - Number(a.kind === 'operations'),
  )
  return inOrder.reduce((current, { name }) => {
    const group = current.groups.find((g) => g.name === name)
    if (!group || group.members.length <= group.keep.min) return current
    const cheapest = carrying(group.members)
      .map((member) => ({ name: member.name, cost: costOfMember(current, group, member) }))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, group.keep.min)
    return pruneGroup(
      current,
      name,
      cheapest.map((member) => member.name),
    ).supernet
  }, supernet)
}

/** What the supernet loses with a member. Operations and units carry their own weights, inputs a whole edge's. */
function costOfMember(supernet: Supernet, group: GateGroup, member: Member): number {
  if (group.kind !== 'inputs') return member.parameters
  const others = group.members.flatMap(({ name }) => (name === member.name ? [] : [name]))
  return (
    taskCost(supernet).parameters - taskCost(pruneGroup(supernet, group.name, others).supernet).parameters
  )
}

/** Parameters that no legal pruning can remove. */
export const unprunableParameters = (supernet: Supernet): number => taskCost(smallest(supernet)).parameters
