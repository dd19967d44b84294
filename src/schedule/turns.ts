import type { GateGroup } from '../supernet/types.js'
import type { Observed } from './observed.js'
import { rowAt, type LambdaRow } from './table.js'
import type { Schedule, Turns } from './types.js'

/** The group that took a turn, and the member that is spared if one was found to be the best. */
interface Turn {
  readonly group: string
  readonly spared: string | null
}

/**
 * The groups that have taken the turns of a schedule, in order, by entry. Plain data, part of a checkpoint.
 */
export type TakenTurns = Turn[][]

/** What is observed to assign turns. */
type Seen = Pick<Observed, 'gateValues' | 'supernet' | 'lossesAlone'>

/**
 * The λ of the schedule itself at iteration t, with turns assigned to the groups that took them. Sources of λ
 * start from this.
 */
export const baseRow = (schedule: Schedule, t: number, observed: Pick<Observed, 'turned'>): LambdaRow =>
  schedule.turns.length > 0 ? observed.turned(rowAt(schedule, t)) : rowAt(schedule, t)

/**
 * Assigns the λ of turns at iteration t to the groups that took them; the λ of all others is 0. A turn is
 * taken by the open choice whose gates are clearest by then, measured by
 *
 *     max over groups of  (the mean of the gates that would be kept − that of the others) / the mean of all
 *
 * A choice must not be made before its gates are clear, and each is made after the ones before it, as in the
 * greedy order of SGAS (Li et al., arXiv:1912.00195).
 *
 * Gates tell how more of a member would change a mixture of all members, not which member is best alone.
 * Therefore, if one member is to be kept, the half with the larger gates are measured alone (Wang et al.,
 * arXiv:2108.04392), and λ acts on all members except the best of these. Adds to `taken`.
 */
export function dealTurns(
  { turns }: Schedule,
  t: number,
  row: LambdaRow,
  taken: TakenTurns,
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

/**
 * The groups that take the next turns, the clearest choices first. Choices that are already made need no
 * turn, and come last.
 */
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

/** The members that carry something and are open, in falling order of their gates. */
const ranked = ({ members }: GateGroup, values: Readonly<Record<string, number>>): Ranked =>
  members
    .filter(({ empty = false }) => !empty)
    .map(({ name }) => ({ member: name, gate: values[name]! }))
    .filter(({ gate }) => gate > 0)
    .sort((a, b) => b.gate - a.gate)

const meanOf = (gates: Ranked): number => gates.reduce((sum, { gate }) => sum + gate, 0) / gates.length

/**
 * The lead of the members that would be kept over the others: the difference of their mean gates, in means of
 * the group; −1 if none must be removed. Means are used so that two similar leading members do not make a
 * choice unclear.
 */
const leadOf = ({ keep }: GateGroup, gates: Ranked): number =>
  keep.max < gates.length
    ? (meanOf(gates.slice(0, keep.max)) - meanOf(gates.slice(keep.max))) / meanOf(gates)
    : -1

/**
 * Finds the best member among the half with the larger gates. It is the one with the largest gate whose loss
 * alone is within two standard errors of the lowest, by differences on the same batches, so that gates decide
 * where the losses do not. Without rows, it is the one with the largest gate.
 */
function best(group: string, gates: Ranked, { lossesAlone: lossesOf }: Seen): string {
  const leading = gates.slice(0, Math.ceil(gates.length / 2)).map(({ member }) => member)
  if (leading.length === 1) return leading[0]!
  const measured = leading.flatMap((member) => {
    const losses = lossesOf(group, member)
    return losses ? [{ member, losses }] : []
  })
  if (measured.length === 0) return leading[0]!
  const least = measured.reduce((a, b) => (average(b.losses) < average(a.losses) ? b : a)).losses
  // If the search diverges, no loss is finite; the next check of the training then reports the divergence.
  return (measured.find(({ losses }) => isNoWorse(losses, least)) ?? measured[0]!).member
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** A loss is reliably worse than another one if it is higher by more than this many standard errors. */
const certain = 2

/** Whether losses are not reliably above the lowest ones, compared batch by batch. */
function isNoWorse(losses: readonly number[], least: readonly number[]): boolean {
  const differences = losses.map((loss, i) => loss - least[i]!)
  const mean = average(differences)
  const variance = average(differences.map((each) => (each - mean) ** 2)) / (differences.length - 1)
  return mean <= 0 || mean <= certain * Math.sqrt(variance)
}
