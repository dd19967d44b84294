import { costTree } from './member-cost.js'
import type { Choices } from './notation.js'
import { keepable, type GateGroup, type Supernet } from './types.js'

/** A single change of an architecture: the groups that keep other members, and which. */
export interface Move {
  readonly kind: 'add' | 'drop' | 'exchange'
  readonly choices: Choices
}

/** How much members are wanted, by group and member; members that are not listed are not wanted. */
export type Worth = Readonly<Record<string, Readonly<Record<string, number>>>>

/**
 * The single changes that turn a legal architecture into another one: a member is dropped if a group keeps
 * more than it must, added if it has room, or exchanged. The choices inside a new member are tried as they
 * are, with the fewest units, and with each of their operations. Units are dropped weakest first and added
 * strongest first, 1, 2, 4, 8, … at a time. For the same kept members as in the last call for a group, it
 * returns the same moves.
 */
export function movesOf(
  supernet: Supernet,
  worth: Worth,
): (group: string, kept: readonly string[]) => readonly Move[] {
  const inside = insideOf(supernet)
  const groups = new Map(supernet.groups.map((group) => [group.name, group]))
  const known = new Map<string, { readonly kept: readonly string[]; readonly moves: readonly Move[] }>()
  return (name, kept) => {
    const last = known.get(name)
    if (last?.kept === kept) return last.moves
    const group = groups.get(name)!
    const moves =
      group.kind === 'units' ? unitMoves(group, kept, worth[name]) : memberMoves(group, kept, inside)
    known.set(name, { kept, moves })
    return moves
  }
}

function memberMoves(group: GateGroup, kept: readonly string[], inside: Inside): Move[] {
  const others = keepable(group).flatMap(({ name }) => (kept.includes(name) ? [] : [name]))
  const without = (gone: string) => kept.filter((name) => name !== gone)
  const move = (kind: Move['kind'], members: readonly string[], inner: Choices = {}): Move => ({
    kind,
    choices: { ...inner, [group.name]: inOrder(group, members) },
  })
  return [
    ...(kept.length > group.keep.min ? kept.map((gone) => move('drop', without(gone))) : []),
    ...others.flatMap((added) =>
      inside(group.name, added).flatMap((inner) => [
        ...(kept.length < group.keep.max ? [move('add', [...kept, added], inner)] : []),
        ...kept.map((gone) => move('exchange', [...without(gone), added], inner)),
      ]),
    ),
  ]
}

/** Members in their group's order. */
const inOrder = ({ members }: GateGroup, names: readonly string[]): string[] =>
  members.flatMap(({ name }) => (names.includes(name) ? [name] : []))

function unitMoves(group: GateGroup, kept: readonly string[], worth: Worth[string] = {}): Move[] {
  const byWorth = (names: readonly string[]) => [...names].sort((a, b) => (worth[a] ?? 0) - (worth[b] ?? 0))
  const [weakest, strongest] = [byWorth(kept), byWorth(others(group, kept)).reverse()]
  const sizes = (most: number) => Array.from({ length: 32 }, (_, i) => 2 ** i).filter((size) => size <= most)
  const to = (kind: Move['kind'], names: readonly string[]) => ({
    kind,
    choices: { [group.name]: inOrder(group, names) },
  })
  return [
    ...sizes(kept.length - group.keep.min).map((size) => to('drop', weakest.slice(size))),
    ...sizes(Math.min(group.keep.max - kept.length, strongest.length)).map((size) =>
      to('add', [...kept, ...strongest.slice(0, size)]),
    ),
  ]
}

const others = ({ members }: GateGroup, kept: readonly string[]): string[] =>
  members.flatMap(({ name }) => (kept.includes(name) ? [] : [name]))

/** The options for the choices inside a member when it is kept. */
type Inside = (group: string, member: string) => Choices[]

function insideOf(supernet: Supernet): Inside {
  const tree = costTree(supernet)
  const nested = new Map<string, GateGroup[]>()
  for (const group of supernet.groups) {
    const above = tree.above(group.name)
    if (!above) continue
    const key = `${above.group} ${above.member}`
    nested.set(key, [...(nested.get(key) ?? []), group])
  }
  return (group, member) => {
    const groups = nested.get(`${group} ${member}`) ?? []
    const units = groups.filter(({ kind }) => kind === 'units')
    const narrow = Object.fromEntries(
      units.map(({ name, keep, members }) => [name, members.slice(0, keep.min).map((unit) => unit.name)]),
    )
    const operations = groups
      .filter(({ kind }) => kind === 'operations')
      .flatMap((each) => keepable(each).map(({ name }) => ({ ...narrow, [each.name]: [name] })))
    return [{}, ...(units.length > 0 ? [narrow] : []), ...operations]
  }
}
