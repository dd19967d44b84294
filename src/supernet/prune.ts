import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { isConnected } from '../nn/connectivity.js'
import { keepMembers, type Slice } from '../nn/transform.js'
import type { Choices } from './notation.js'
import { keepable, type Architecture, type GateGroup, type Pruned, type Supernet } from './types.js'

/**
 * Removes all but the given members of a group, physically: their nodes and parameters go, and so do
 * groups that stood on removed edges. Refuses to leave fewer than the group's minimum, or an output that
 * nothing reaches.
 */
export function pruneGroup(supernet: Supernet, name: string, kept: readonly string[]): Pruned {
  const group = groupOf(supernet, name)
  const names = new Set(kept)
  const members = group.members.filter((member) => names.has(member.name))
  if (members.length !== names.size) throw new Error(`${name}: unknown members among ${kept.join(', ')}`)
  const left = keepable({ ...group, members }).length
  if (left < Math.min(group.keep.min, group.members.length))
    throw new Error(`${name}: at least ${group.keep.min} members stay, got ${left}`)
  const { graph, slices } = keepMembers(supernet.graph, name, names)
  if (!isConnected(graph)) throw new Error(`${name}: with only ${kept.join(', ')} nothing reaches the output`)
  const standing = new Set(graph.nodes.map((node) => node.attrs.group))
  const groups = supernet.groups
    .map((other) => (other.name === name ? { ...other, members } : other))
    .filter((other) => standing.has(other.name))
  return { supernet: { ...supernet, graph, groups }, slices }
}

/** Does a supernet stay connected when a group keeps only these members? */
export function canPrune(supernet: Supernet, group: string, kept: readonly string[]): boolean {
  const { keep } = groupOf(supernet, group)
  return keep.empty !== true || isConnected(keepMembers(supernet.graph, group, new Set(kept)).graph)
}

/** Prunes a supernet down to an architecture that was found on the same space. */
export const restrictTo = (supernet: Supernet, architecture: Architecture): Pruned =>
  choose(supernet, choicesOf(architecture))

/** What an architecture decides. */
export const choicesOf = ({ groups }: Architecture): Choices =>
  Object.fromEntries(groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]))

/**
 * Prunes a supernet down to some choices. Groups with a choice left that the choices do not name stay as
 * they are. An unknown group or member, or too few of them, is an InputError.
 */
export function choose(supernet: Supernet, choices: Choices): Pruned {
  const names = supernet.groups.map(({ name }) => name)
  for (const name of Object.keys(choices))
    if (!names.includes(name))
      throw new InputError(
        `architecture: unknown group ${name}${didYouMean(name, names)}; groups: ${names.join(', ')}`,
      )
  let current: Pruned = { supernet, slices: new Map() }
  const slices = new Map<string, readonly Slice[]>()
  for (const { name } of inputsFirst(supernet.groups)) {
    const members = choices[name]
    if (!members || !current.supernet.groups.some((group) => group.name === name)) continue
    current = pruneAsAsked(current.supernet, name, members)
    for (const [key, cuts] of current.slices) slices.set(key, [...(slices.get(key) ?? []), ...cuts])
  }
  return { supernet: current.supernet, slices }
}

function pruneAsAsked(supernet: Supernet, name: string, members: readonly string[]): Pruned {
  const known = groupOf(supernet, name).members.map((member) => member.name)
  const unknown = members.find((member) => !known.includes(member))
  if (unknown !== undefined)
    throw new InputError(
      `architecture.${name}: unknown member ${unknown}${didYouMean(unknown, known)}; members: ${known.join(', ')}`,
    )
  try {
    return pruneGroup(supernet, name, members)
  } catch (error) {
    throw new InputError(`architecture.${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The members of a group with the largest numbers, as many as a legal architecture keeps at most; one that carries,
 * where nothing would reach the output without.
 */
export function strongest(
  supernet: Supernet,
  group: GateGroup,
  importance: Readonly<Record<string, number>>,
): string[] {
  const ranked = keepable(group)
    .map(({ name, empty = false }) => ({ name, empty }))
    .sort((a, b) => importance[b.name]! - importance[a.name]!)
  const best = ranked.slice(0, group.keep.max).map(({ name }) => name)
  if (canPrune(supernet, group.name, best)) return best
  return ranked.flatMap(({ name, empty }) => (empty ? [] : [name])).slice(0, group.keep.max)
}

/** Which inputs a node keeps is decided first: operations of edges that go need no choice. */
export const inputsFirst = (groups: readonly GateGroup[]): GateGroup[] =>
  [...groups].sort((a, b) => Number(b.kind === 'inputs') - Number(a.kind === 'inputs'))

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
