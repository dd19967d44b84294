import { prospect, type Costs, type Prospect } from './architecture-cost.js'
import { costTree } from './member-cost.js'
import { movesOf, type Move, type Worth } from './moves.js'
import type { Choices } from './notation.js'
import { inputsFirst } from './prune.js'
import type { Figures, MemberWeight, Tally } from './tally.js'
import { keepable, type GateGroup, type Supernet } from './types.js'

/** An architecture as choices for every group, and its cost. */
export interface CostedChoices extends Prospect {
  readonly choices: Choices
}

/**
 * The most wanted legal architecture, whatever it costs: of each group the members of most worth, as many as
 * it may keep. Members that carry nothing are left out if nothing would reach the output otherwise.
 */
export function mostWanted(supernet: Supernet, costs: Costs, worth: Worth): CostedChoices {
  const { groups } = supernet
  const all: Choices = Object.fromEntries(
    groups.map(({ name, members }) => [name, members.map((m) => m.name)]),
  )
  const tally = costs.from(all)
  for (const group of inputsFirst(groups)) {
    tally.change({ [group.name]: bestOf(group, worth) })
    if (group.keep.empty !== true || tally.figures().connected) continue
    const carrying = group.members.filter(({ empty = false }) => !empty)
    tally.change({ [group.name]: bestOf({ ...group, members: carrying }, worth) })
  }
  return costedChoices(supernet, tally)
}

function costedChoices({ groups }: Supernet, tally: Tally): CostedChoices {
  const choices = Object.fromEntries(groups.map(({ name }) => [name, tally.kept(name)]))
  return { choices, ...prospect(tally, groups) }
}

function bestOf(group: GateGroup, worth: Worth): string[] {
  const names = keepable(group).map(({ name }) => name)
  const of = (name: string) => worth[group.name]?.[name] ?? 0
  const best = new Set([...names].sort((a, b) => of(b) - of(a)).slice(0, group.keep.max))
  return names.filter((name) => best.has(name))
}

/**
 * The least costly legal architecture that single changes find, which also serves as a start if other
 * searches end above the limit. Group by group it makes the changes that save most, until none saves
 * anything.
 */
export function leastCostly(supernet: Supernet, costs: Costs): CostedChoices {
  const tally = costs.from(mostWanted(supernet, costs, {}).choices)
  const moves = movesOf(supernet, {})
  const lower = ({ name }: GateGroup): boolean => {
    const before = effort(tally.figures())
    const groupMoves = tally.stands(name) ? moves(name, tally.kept(name)) : []
    return take(
      tally,
      bestMove(groupMoves, tally, (next) => (effort(next) < before ? [before - effort(next), 0] : undefined)),
    )
  }
  const sweep = (): boolean =>
    supernet.groups.reduce((changed, group) => {
      let lowered = changed
      while (lower(group)) lowered = true
      return lowered
    }, false)
  while (sweep());
  return costedChoices(supernet, tally)
}

/**
 * A legal architecture that costs at most `limit`, with as much worth as a greedy search finds. It is the
 * most wanted one if that fits. Otherwise that one is cut back, each time by the change that loses the least
 * worth for what it saves, and then filled up again, until within the limit no member can be added and none
 * exchanged for more worth. Undefined if not even the least costly architecture fits.
 */
export function withinBudget(
  supernet: Supernet,
  costs: Costs,
  worth: Worth,
  limit: number,
): CostedChoices | undefined {
  const wanted = mostWanted(supernet, costs, worth)
  if (wanted.cost <= limit) return wanted
  const cut = cutBack(supernet, costs, worth, limit, wanted)
  const fitting = cut.cost <= limit ? cut : leastCostly(supernet, costs)
  return fitting.cost <= limit ? filledUp(supernet, costs, worth, limit, fitting) : undefined
}

function cutBack(
  supernet: Supernet,
  costs: Costs,
  worth: Worth,
  limit: number,
  from: CostedChoices,
): CostedChoices {
  const { tally, moves, total } = weighed(supernet, costs, worth, from)
  const cut = (): boolean => {
    const at = tally.figures()
    const excess = Math.max(at.cost - limit, Number.MIN_VALUE)
    const before = total()
    const best = bestMove(moves(), tally, (next) => {
      const saved = Math.min(effort(at) - effort(next), excess)
      return saved > 0 ? [(total() - before) / saved, saved] : undefined
    })
    return take(tally, best)
  }
  while (tally.figures().cost > limit && cut());
  return costedChoices(supernet, tally)
}

function filledUp(
  supernet: Supernet,
  costs: Costs,
  worth: Worth,
  limit: number,
  from: CostedChoices,
): CostedChoices {
  const { tally, moves, total } = weighed(supernet, costs, worth, from)
  const fill = (): boolean => {
    const before = total()
    const more = moves().filter(({ kind }) => kind !== 'drop')
    const best = bestMove(more, tally, (next, { kind }) => {
      const gain = total() - before
      return next.cost <= limit && (kind === 'add' || gain > 1e-12) ? [gain, -next.cost] : undefined
    })
    return take(tally, best)
  }
  while (fill());
  return costedChoices(supernet, tally)
}

/** The tools for changing choices: their tally, all its single changes, and their worth. */
function weighed(supernet: Supernet, costs: Costs, worth: Worth, { choices }: CostedChoices) {
  const tally = costs.from(choices)
  const ofGroup = movesOf(supernet, worth)
  const moves = (): Move[] =>
    supernet.groups.flatMap(({ name }) => (tally.stands(name) ? ofGroup(name, tally.kept(name)) : []))
  return { tally, moves, total: tally.sum(expectedWorth(supernet, worth)) }
}

/** The single change that leads to a connected architecture of the largest rank; of equal ones the first. */
function bestMove(
  moves: readonly Move[],
  tally: Tally,
  rank: (next: Figures, move: Move) => readonly [number, number] | undefined,
): Move | undefined {
  let best: { readonly move: Move; readonly rank: readonly [number, number] } | undefined
  for (const move of moves) {
    const before = tally.change(move.choices)
    const next = tally.figures()
    const moveRank = next.connected ? rank(next, move) : undefined
    tally.change(before)
    if (
      moveRank &&
      (!best || moveRank[0] > best.rank[0] || (moveRank[0] === best.rank[0] && moveRank[1] > best.rank[1]))
    )
      best = { move, rank: moveRank }
  }
  return best?.move
}

function take(tally: Tally, move: Move | undefined): boolean {
  if (move) tally.change(move.choices)
  return move !== undefined
}

/**
 * The cost plus a tiny share of the number of nodes, because a depth only decreases once the last of its
 * longest paths is shorter.
 */
const effort = ({ cost, nodes }: Figures): number => cost + 1e-9 * nodes

/** A member's worth, multiplied by how much of the members that contain its group is expected to stay. */
function expectedWorth(supernet: Supernet, worth: Worth): MemberWeight {
  const tree = costTree(supernet)
  const totals = new Map(supernet.groups.map(({ name, total }) => [name, total]))
  const stays = (name: string): number => {
    const above = tree.above(name)
    if (!above) return 1
    const share = (worth[above.group]?.[above.member] ?? 0) * (totals.get(above.group) ?? 1)
    // Groups inside a member without weight still differ in worth.
    return Math.min(1, Math.max(share, 1e-6)) * stays(above.group)
  }
  const factors = new Map(supernet.groups.map(({ name }) => [name, stays(name)]))
  return ({ name }, member) => (factors.get(name) ?? 1) * (worth[name]?.[member] ?? 0)
}
