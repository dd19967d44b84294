import { columnLabel } from '../schedule/select.js'
import type { ScheduleColumn, Schedule } from '../schedule/types.js'
import { unprunableParameters } from '../supernet/cost-range.js'
import { taskCost } from '../supernet/cost.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { GateWeights, Supernet } from '../supernet/types.js'
import type { Removed, Tolerated } from './figures.js'

/** A search that leaves more than this share of the prunable parameters has removed almost nothing. */
const almostAll = 0.95

const count = ({ groups }: Supernet): number => groups.reduce((sum, { members }) => sum + members.length, 0)

/** What a supernet has lost since the search began, without a notice. */
export function removedOf(origin: Supernet, left: Supernet): Removed {
  const least = unprunableParameters(origin)
  const prunable = taskCost(origin).parameters - least
  return {
    members: count(origin) - count(left),
    of: count(origin),
    left: prunable === 0 ? null : (taskCost(left).parameters - least) / prunable,
    notice: null,
  }
}

/** How a search ended, as far as it explains what was removed. */
export interface Ended {
  /** The schedule with the λ that was used. */
  readonly used: Schedule
  /** The number of iterations done. */
  readonly steps: number
  readonly relaxation: RelaxationTraits
  readonly weights: GateWeights
  /** The sizes that were retrained under a tolerance. */
  readonly tolerated?: Tolerated
}

/** What a search removed, with a notice if that is almost nothing and no budget asked for so little. */
export function removedBy(origin: Supernet, left: Supernet, ended: Ended): Removed {
  const removed = removedOf(origin, left)
  const { budget } = ended.used
  const asked = budget !== undefined && budget.limit < budget.whole
  const hardly = removed.left !== null && removed.left > almostAll && !asked
  if (removed.members > 0 && !hardly) return removed
  const what =
    removed.members === 0
      ? 'nothing was removed'
      : `almost nothing was removed (${removed.members} of ${removed.of} members)`
  return { ...removed, notice: `${what}: ${reason(left, ended)}` }
}

function reason(left: Supernet, ended: Ended): string {
  const { used, steps, relaxation, tolerated } = ended
  const tried = (tolerated?.attempts ?? []).filter(({ size }) => size !== tolerated?.kept)
  const smaller = tried.flatMap(({ worse, allowed }) =>
    worse === null || allowed === null ? [] : [{ worse, allowed }],
  )
  if (smaller.length > 0) {
    const other = tolerated?.against === 'best' ? 'the size that was kept' : 'the unpruned supernet'
    const least = smaller.reduce((a, b) => (b.worse < a.worse ? b : a))
    return `of the smaller architectures that were retrained the best is ${short(100 * least.worse)} % worse than ${other}, and ${short(100 * least.allowed)} % are allowed: set a larger budget.tolerance`
  }
  if (tried.length > 0)
    return 'no smaller architecture could be trained: the training of each that was tried diverged'
  const { budget, prune, replay } = used
  if (!left.groups.some(({ members, keep }) => members.length > keep.min))
    return 'the space leaves nothing to remove; give it more members, or lower what it must keep'
  if (replay) return 'the schedule replays a run that removed no more'
  if (budget?.tolerance === undefined && budget && budget.limit >= budget.whole)
    return `the budget of ${short(budget.limit)} ${budget.metric} is not below the supernet's ${short(budget.whole)}; lower it`
  const moved = used.phases
    .filter(({ gates }) => gates === 'move')
    .reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, steps) - from), 0)
  if (moved === 0) return `gates were held in all ${steps} iterations; let a phase move them`
  const seen = `gates moved in ${moved} of ${steps} iterations`
  const acting = lambdas(used)
  if (acting.length === 0)
    return `${seen}, but no term acted on them; name a schedule that has one, or set a budget`
  const pressed = `${seen}, ${acting.join(', ')}; ${smallest(left, ended.weights)}`
  if (prune.from >= steps)
    return `${pressed}; members may go from iteration ${prune.from} on, but the search ended at ${steps}: lower prune.from`
  if (relaxation.step !== 'proximal' && prune.threshold === 0)
    return `${pressed}; gates of relaxation ${relaxation.name} are never exactly 0: set prune.threshold, or a budget`
  const asked =
    prune.threshold > 0 ? `a member goes at 0, or below ${short(prune.threshold)}` : 'a member goes at 0'
  return `${pressed}, and ${asked}: take a larger λ, more search.steps, or a budget`
}

/** The λ of each term that acted on gates: `λ of l1/gates at most 0.5 (0.1 at the end)`. */
function lambdas({ columns }: Schedule): string[] {
  const byLabel = new Map<string, ScheduleColumn[]>()
  for (const column of columns)
    if (column.part === 'gates' && column.segments.some(({ value }) => value > 0))
      byLabel.set(columnLabel(column), [...(byLabel.get(columnLabel(column)) ?? []), column])
  return [...byLabel].map(([label, all]) => {
    const most = Math.max(...all.flatMap(({ segments }) => segments.map(({ value }) => value)))
    const last = Math.max(...all.map(({ segments }) => segments.at(-1)?.value ?? 0))
    return `λ of ${label} at most ${short(most)} (${short(last)} at the end)`
  })
}

/** The smallest gate that could still be removed, as a share of its group's mean. */
function smallest({ groups }: Supernet, weights: GateWeights): string {
  const weakest = groups
    .filter(({ members, keep }) => members.length > keep.min)
    .flatMap(({ name }) => {
      const values = Object.entries(weights[name]!)
      const mean = values.reduce((sum, [, value]) => sum + value, 0) / values.length
      return values.map(([member, value]) => ({ share: value / mean, place: `${name} ${member}` }))
    })
    .reduce((least, each) => (each.share < least.share ? each : least))
  return `the smallest gate left is ${short(weakest.share)} of its group's mean (${weakest.place})`
}

const short = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(3)))
