import type { GateGroup } from '../supernet/types.js'
import type { Observed } from './observed.js'
import { rowAt, type LambdaRow } from './table.js'
import type { Schedule, Turns } from './types.js'

/** Who took a turn, and the member that is spared, where one was found the best. */
interface Turn {
  readonly group: string
  readonly spared: string | null
}

/** Who took the turns of a schedule so far, in order by entry. Plain data, part of a checkpoint. */
export type Taken = Turn[][]

/** What dealing turns looks at. */
type Seen = Pick<Observed, 'gateValues' | 'supernet' | 'alone'>

/**
 * The λ that a schedule itself says at iteration t, its turns given to those who took them: what a source of λ starts
 * from.
 */
export const baseRow = (schedule: Schedule, t: number, observed: Pick<Observed, 'turned'>): LambdaRow =>
  schedule.turns.length > 0 ? observed.turned(rowAt(schedule, t)) : rowAt(schedule, t)

/**
 * Gives the λ of turns at iteration t to those who took them, all others 0. When a turn comes, of the choices that are
 * still open the one takes it whose gates say most by then,
 *
 *     max over groups of  (the mean of the gates that would be kept − that of the others) / the mean of all
 *
 * for a choice must not be made before its gates know what they want, and each is made in the light of those before it:
 * the greedy order of SGAS (Li et al., arXiv:1912.00195). Gates tell what more of a member would do to a mixture that has
 * all of them, not which is the best alone. So where one is to be kept, those with the larger gates, half of them, are
 * measured alone (Wang et al., arXiv:2108.04392), and λ acts on all but the best of these. Adds to `taken`.
 */
export function dealTurns(
  { turns }: Schedule,
  t: number,
  row: LambdaRow,
  taken: Taken,
  seen: Seen,
): LambdaRow {
  const now = turns.findIndex(({ from, to }) => from <= t && t < to)
  if (now < 0) return row
  const { places } = turns[now]!
  while (taken.length <= now) taken.push([])
  const order = taken[now]!
  const due = places.filter(({ start }) => start <= t).length
  if (order.length < due) order.push(...next(turns[now]!, order, due - order.length, seen))
  const columns = row.columns.slice()
  for (const place of places) for (const { column } of place.columns) columns[column] = 0
  order.forEach(({ group, spared }, turn) => {
    const lambda = row.columns[places[turn]!.columns[0]!.column]!
    for (const { member, column } of places.find((place) => place.group === group)!.columns)
      columns[column] = member === spared ? 0 : lambda
  })
  return { ...row, columns }
}

/** The next to take turns, the clearest choices first; those that are made already need none, and come last. */
function next({ places }: Turns, order: readonly Turn[], count: number, seen: Seen): Turn[] {
  const values = seen.gateValues()
  const groupOf = (name: string) => seen.supernet.groups.find((each) => each.name === name)
  return places
    .filter(({ group }) => !order.some((turn) => turn.group === group))
    .map(({ group: name }) => {
      const group = groupOf(name)
      const open = group ? ranked(group, values[name]!) : []
      return { group, name, open, lead: group ? leadOf(group, open) : -1 }
    })
    .sort((a, b) => b.lead - a.lead)
    .slice(0, count)
    .map(({ group, name, open, lead }) => ({
      group: name,
      spared: group && lead >= 0 && group.keep.max === 1 ? best(name, open, seen) : null,
    }))
}

type Ranked = readonly { readonly member: string; readonly gate: number }[]

/** The members that carry something and are open, the largest gate first. */
const ranked = ({ members }: GateGroup, values: Readonly<Record<string, number>>): Ranked =>
  members
    .filter(({ empty = false }) => !empty)
    .map(({ name }) => ({ member: name, gate: values[name]! }))
    .filter(({ gate }) => gate > 0)
    .sort((a, b) => b.gate - a.gate)

const meanOf = (gates: Ranked): number => gates.reduce((sum, { gate }) => sum + gate, 0) / gates.length

/**
 * How far those that would be kept are ahead of the others on average, in means of the group; -1 where none must go. Two
 * that are much alike leave a choice clear where the others are not.
 */
const leadOf = ({ keep }: GateGroup, gates: Ranked): number =>
  keep.max < gates.length
    ? (meanOf(gates.slice(0, keep.max)) - meanOf(gates.slice(keep.max))) / meanOf(gates)
    : -1

/**
 * Of the half with the larger gates the member with the largest whose loss alone is within two standard errors of the
 * least, by the differences on the same batches: gates decide where the losses do not. The largest of all where there
 * are no rows.
 */
function best(group: string, gates: Ranked, { alone }: Seen): string {
  const candidates = gates.slice(0, Math.ceil(gates.length / 2)).map(({ member }) => member)
  if (candidates.length === 1) return candidates[0]!
  const measured = candidates.flatMap((member) => {
    const losses = alone(group, member)
    return losses ? [{ member, losses }] : []
  })
  if (measured.length === 0) return candidates[0]!
  const least = measured.reduce((a, b) => (average(b.losses) < average(a.losses) ? b : a)).losses
  // A search that diverges has no losses to tell by, and is told at the next look.
  return (measured.find(({ losses }) => isNoWorse(losses, least)) ?? measured[0]!).member
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** By how many standard errors a loss must be above another one to be worse for certain. */
const certain = 2

/** Are losses not above the least for certain, batch by batch? Those themselves are not. */
function isNoWorse(losses: readonly number[], least: readonly number[]): boolean {
  const differences = losses.map((loss, i) => loss - least[i]!)
  const mean = average(differences)
  const variance = average(differences.map((each) => (each - mean) ** 2)) / (differences.length - 1)
  return mean <= 0 || mean <= certain * Math.sqrt(variance)
}
