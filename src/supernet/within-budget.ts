import type { Prospect } from './architecture-cost.js'
import { costTree } from './member-cost.js'
import { movesOf, type Move, type Worth } from './moves.js'
import type { Choices } from './notation.js'
import { inputsFirst } from './prune.js'
import { keepable, type GateGroup, type Supernet } from './types.js'

/** An architecture as choices for every group, and what it comes to. */
export interface Candidate extends Prospect {
  readonly choices: Choices
}

/** Counts what choices come to. */
export type Costs = (choices: Choices) => Prospect

/**
 * The legal architecture that is wanted most, whatever it costs: of each group the members of most worth, as many as it
 * keeps at most; one that carries, where nothing would reach the output without.
 */
export function mostWanted({ groups }: Supernet, costs: Costs, worth: Worth): Candidate {
  const all: Choices = Object.fromEntries(
    groups.map(({ name, members }) => [name, members.map((m) => m.name)]),
  )
  const choices = inputsFirst(groups).reduce((current, group) => {
    const best = { ...current, [group.name]: bestOf(group, worth) }
    if (group.keep.empty !== true || costs(best).connected) return best
    const carrying = group.members.filter(({ empty = false }) => !empty)
    return { ...current, [group.name]: bestOf({ ...group, members: carrying }, worth) }
  }, all)
  return { choices, ...costs(choices) }
}

function bestOf(group: GateGroup, worth: Worth): string[] {
  const names = keepable(group).map(({ name }) => name)
  const of = (name: string) => worth[group.name]?.[name] ?? 0
  const best = new Set([...names].sort((a, b) => of(b) - of(a)).slice(0, group.keep.max))
  return names.filter((name) => best.has(name))
}

/** The least costly legal architecture that single changes find, and a place to begin from where others end too high. */
export function leastCostly(supernet: Supernet, costs: Costs): Candidate {
  return cutBack(supernet, costs, {}, -Infinity, mostWanted(supernet, costs, {}))
}

/**
 * A legal architecture of at most `limit`, of as much worth as a greedy choice finds. The one that is wanted most, if
 * it fits. Else it is cut back, each time by the change that loses the least worth for what it saves; then filled up
 * again, until no member could be added, and none exchanged for more worth, within the limit. Undefined where not even
 * the least costly one fits.
 */
export function withinBudget(
  supernet: Supernet,
  costs: Costs,
  worth: Worth,
  limit: number,
): Candidate | undefined {
  const wanted = mostWanted(supernet, costs, worth)
  if (wanted.cost <= limit) return wanted
  const cut = cutBack(supernet, costs, worth, limit, wanted)
  const fitting = cut.cost <= limit ? cut : leastCostly(supernet, costs)
  return fitting.cost <= limit ? filledUp(supernet, costs, worth, limit, fitting) : undefined
}

function cutBack(supernet: Supernet, costs: Costs, worth: Worth, limit: number, from: Candidate): Candidate {
  const total = totalWorth(supernet, worth)
  const moves = movesOf(supernet, worth)
  let at = from
  while (at.cost > limit) {
    const excess = Math.max(at.cost - limit, Number.MIN_VALUE)
    const before = total(at)
    const best = bestMove(moves(at.choices, at.standing), at, costs, (next) => {
      const saved = Math.min(effort(at) - effort(next), excess)
      return saved > 0 ? [(total(next) - before) / saved, saved] : undefined
    })
    if (!best) return at
    at = best
  }
  return at
}

function filledUp(supernet: Supernet, costs: Costs, worth: Worth, limit: number, from: Candidate): Candidate {
  const total = totalWorth(supernet, worth)
  const moves = movesOf(supernet, worth)
  let at = from
  for (;;) {
    const before = total(at)
    const more = moves(at.choices, at.standing).filter(({ kind }) => kind !== 'drop')
    const best = bestMove(more, at, costs, (next, { kind }) => {
      const gain = total(next) - before
      return next.cost <= limit && (kind === 'add' || gain > 1e-12) ? [gain, -next.cost] : undefined
    })
    if (!best) return at
    at = best
  }
}

/** Of what single changes lead to, connected, the one of the largest rank; the earlier one of equals. */
function bestMove(
  moves: readonly Move[],
  { choices }: Candidate,
  costs: Costs,
  rank: (next: Candidate, move: Move) => readonly [number, number] | undefined,
): Candidate | undefined {
  let best: { readonly next: Candidate; readonly rank: readonly [number, number] } | undefined
  for (const move of moves) {
    const changed = { ...choices, ...move.choices }
    const next = { choices: changed, ...costs(changed) }
    const found = next.connected ? rank(next, move) : undefined
    if (found && (!best || found[0] > best.rank[0] || (found[0] === best.rank[0] && found[1] > best.rank[1])))
      best = { next, rank: found }
  }
  return best?.next
}

/** The cost, and a trace of the number of nodes: a depth does not change before the last of its paths is shorter. */
const effort = ({ cost, nodes }: Prospect): number => cost + 1e-9 * nodes

/** Σ over the standing groups of what they keep, each times how much of the members that it lies in is expected to stay. */
function totalWorth(supernet: Supernet, worth: Worth): (candidate: Candidate) => number {
  const tree = costTree(supernet)
  const groups = new Map(supernet.groups.map((group) => [group.name, group]))
  const stays = (name: string): number => {
    const above = tree.above(name)
    if (!above) return 1
    const share = (worth[above.group]?.[above.member] ?? 0) * (groups.get(above.group)?.total ?? 1)
    // What lies in a member without weight is still wanted more or less.
    return Math.min(1, Math.max(share, 1e-6)) * stays(above.group)
  }
  const factors = new Map(supernet.groups.map(({ name }) => [name, stays(name)]))
  return ({ choices, standing }) =>
    [...standing].reduce((sum, name) => {
      const kept = choices[name]!.reduce((own, member) => own + (worth[name]?.[member] ?? 0), 0)
      return sum + factors.get(name)! * kept
    }, 0)
}
