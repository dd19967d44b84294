import { InputError } from '../base/errors.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { CompileContext } from './context.js'
import type { Budget, MenuSize, PruneRules } from './types.js'

type BudgetDocument = NonNullable<ScheduleDocument['budget']>

/** The budget of a document in the metric's unit. One that no legal architecture can meet is refused, with the least. */
export function budgetOf(document: BudgetDocument, prune: PruneRules, { costs }: CompileContext): Budget {
  const { metric, value, share, menu } = document
  if ((value === undefined) === (share === undefined))
    throw new InputError(
      `schedule.budget: expected value (in the unit of ${metric}) or share (of the supernet's ${metric}), got ${value === undefined ? 'neither' : 'both'}`,
    )
  const known = costs(metric)
  if (!known)
    throw new InputError(
      `schedule.budget.metric: ${metric} needs config.objective.latency, a table of measured times`,
    )
  const { whole, least } = known
  const limit = value ?? share! * whole
  if (limit < least) {
    const path = value === undefined ? 'share' : 'value'
    const floor =
      value === undefined ? `${rounded(least / whole)}, which is ${rounded(least)}` : rounded(least)
    throw new InputError(
      `schedule.budget.${path}: the least that a legal architecture costs is ${floor} of ${rounded(whole)} ${metric}, got ${value ?? share}`,
    )
  }
  return { metric, limit, whole, least, ...(menu && { menu: menuOf(document, menu, prune, whole) }) }
}

/** The sizes of a menu, falling, at even distances of the prune window, of which the budget itself has the end. */
function menuOf(
  { value, share }: BudgetDocument,
  menu: readonly number[],
  { from, until }: PruneRules,
  whole: number,
): MenuSize[] {
  const last = value ?? share!
  const wrong = menu.findIndex((size) => size <= last || (share !== undefined && size >= 1))
  if (wrong >= 0) {
    const range =
      share === undefined ? `more than the budget, ${last}` : `more than the budget, ${last}, and less than 1`
    throw new InputError(`schedule.budget.menu.${wrong}: expected ${range}, got ${menu[wrong]}`)
  }
  return [...menu]
    .sort((a, b) => b - a)
    .map((size, i) => ({
      size,
      limit: share === undefined ? size : size * whole,
      at: Math.round(from + ((until - from) * (i + 1)) / (menu.length + 1)),
    }))
}

/** Rounded up, so that a budget of so much is met. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Math.ceil(value * 1e6) / 1e6)
