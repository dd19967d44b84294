import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { isConnected } from '../nn/connectivity.js'
import { keepChoices, keepMembers } from '../nn/transform.js'
import type { Choices } from './notation.js'
import { keepable, type Architecture, type GateGroup, type Pruned, type Supernet } from './types.js'

/**
 * Removes all but the given members of a group physically, with their nodes and parameters, and the groups on
 * removed edges. Throws if fewer than the group's minimum would stay, or if nothing would reach an output.
 */
export const pruneGroup = (supernet: Supernet, name: string, kept: readonly string[]): Pruned =>
  pruneGroups(supernet, [[groupOf(supernet, name), kept]])

function pruneGroups(
  supernet: Supernet,
  wanted: readonly (readonly [GateGroup, readonly string[]])[],
): Pruned {
  const sets = wanted.map(([group, kept]) => [group.name, new Set(kept)] as const)
  const smaller = new Map(wanted.map(([group, kept], i) => [group.name, narrowed(group, kept, sets[i]![1])]))
  const { graph, slices } = keepChoices(supernet.graph, new Map(sets))
  if (!isConnected(graph)) {
    // Each further cut leaves fewer paths, so the first that disconnects the network is the culprit.
    const culprit = sets.findIndex(
      (_, i) => !isConnected(keepChoices(supernet.graph, new Map(sets.slice(0, i + 1))).graph),
    )
    const [{ name }, kept] = wanted[culprit]!
    throw new Error(`${name}: with only ${kept.join(', ')} nothing reaches the output`)
  }
  const standing = new Set(graph.nodes.map((node) => node.attrs.group))
  const groups = supernet.groups
    .map((group) => smaller.get(group.name) ?? group)
    .filter(({ name }) => standing.has(name))
  return { supernet: { ...supernet, graph, groups }, slices }
}

function narrowed(group: GateGroup, kept: readonly string[], names: ReadonlySet<string>): GateGroup {
  const members = group.members.filter((member) => names.has(member.name))
  if (members.length !== names.size)
    throw new Error(`${group.name}: unknown members among ${kept.join(', ')}`)
  const left = keepable({ ...group, members }).length
  if (left < Math.min(group.keep.min, group.members.length))
    throw new Error(`${group.name}: at least ${group.keep.min} members stay, got ${left}`)
  return { ...group, members }
}

/** Whether a supernet stays connected when a group keeps only these members. */
export function canPrune(supernet: Supernet, group: string, kept: readonly string[]): boolean {
  const { keep } = groupOf(supernet, group)
  return keep.empty !== true || isConnected(keepMembers(supernet.graph, group, new Set(kept)).graph)
}

/** Prunes a supernet down to an architecture that was found on the same space. */
export const restrictTo = (supernet: Supernet, architecture: Architecture): Pruned =>
  choose(supernet, choicesOf(architecture))

/** The choices of an architecture. */
export const choicesOf = ({ groups }: Architecture): Choices =>
  Object.fromEntries(groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]))

/**
 * Prunes a supernet down to some choices. Groups that the choices do not name are not changed. An unknown
 * group or member, or too few of them, is an InputError.
 */
export function choose(supernet: Supernet, choices: Choices): Pruned {
  const names = new Set(supernet.groups.map(({ name }) => name))
  for (const name of Object.keys(choices))
    if (!names.has(name))
      throw new InputError(
        `architecture: unknown group ${name}${didYouMean(name, [...names])}; groups: ${[...names].join(', ')}`,
      )
  // The inputs that a node keeps are decided first: operations of removed edges need no choice.
  const edges = pruneAsAsked(supernet, choices, ({ kind }) => kind === 'inputs')
  return pruneAsAsked(edges.supernet, choices, ({ kind }) => kind !== 'inputs')
}

function pruneAsAsked(supernet: Supernet, choices: Choices, which: (group: GateGroup) => boolean): Pruned {
  const wanted = supernet.groups.flatMap((group): [GateGroup, readonly string[]][] => {
    const kept = which(group) ? choices[group.name] : undefined
    return kept ? [[group, known(group, kept)]] : []
  })
  try {
    return pruneGroups(supernet, wanted)
  } catch (error) {
    throw new InputError(`architecture.${error instanceof Error ? error.message : String(error)}`)
  }
}

function known({ name, members }: GateGroup, kept: readonly string[]): readonly string[] {
  const names = new Set(members.map((member) => member.name))
  const unknown = kept.find((member) => !names.has(member))
  if (unknown === undefined) return kept
  throw new InputError(
    `architecture.${name}: unknown member ${unknown}${didYouMean(unknown, [...names])}; members: ${[...names].join(', ')}`,
  )
}

/**
 * The members of a group with the largest numbers, as many as a legal architecture may keep. Members that
 * carry nothing are left out if nothing would reach the output otherwise.
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

/** The groups with those of inputs first, since the operations of removed edges need no choice. */
export const inputsFirst = (groups: readonly GateGroup[]): GateGroup[] =>
  [...groups].sort((a, b) => Number(b.kind === 'inputs') - Number(a.kind === 'inputs'))

/** The group of a name; the error lists what exists. */
export function groupOf(supernet: Supernet, name: string): GateGroup {
  const match = supernet.groups.find((group) => group.name === name)
  if (!match)
    throw new Error(`unknown group: ${name}; groups: ${supernet.groups.map((g) => g.name).join(', ')}`)
  return match
}

/**
 * Why a supernet is not a legal architecture yet: a group with too many members. Undefined if it is legal.
 */
export function illegality(supernet: Supernet): string | undefined {
  const open = supernet.groups.find((group) => group.members.length > group.keep.max)
  return open && `${open.name}: ${open.members.length} members are left, at most ${open.keep.max} are legal`
}
