import { InputError } from '../base/errors.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { CompileContext } from './context.js'
import type { Budget, MenuSize, PruneRules } from './types.js'

type BudgetDocument = NonNullable<ScheduleDocument['budget']>

/**
 * The budget of a document in the unit of its metric. If it only has a tolerance, the limit is the whole
 * supernet. Throws, with the lowest possible value, if no legal architecture can meet it.
 */
export function budgetOf(
  document: BudgetDocument,
  prune: PruneRules,
  { costs, budgetPath = 'schedule.budget' }: CompileContext,
): Budget {
  const { metric, value, share, menu, tolerance, against } = document
  checkAmounts(document, budgetPath)
  const known = costs(metric)
  if (!known)
    throw new InputError(
      `${budgetPath}.metric: ${metric} needs config.objective.latency, a table of measured times`,
    )
  const { whole, least } = known
  const limit = value ?? (share ?? 1) * whole
  if (limit < least) {
    const path = value === undefined ? 'share' : 'value'
    const floor =
      value === undefined ? `${rounded(least / whole)}, which is ${rounded(least)}` : rounded(least)
    throw new InputError(
      `${budgetPath}.${path}: the least that a legal architecture costs is ${floor} of ${rounded(whole)} ${metric}, got ${value ?? share}`,
    )
  }
  const budget = { metric, limit, whole, least }
  if (tolerance !== undefined) return { ...budget, tolerance, against, menu: sizesWithin(budget, against) }
  return { ...budget, ...(menu && { menu: menuOf(document, menu, prune, whole, `${budgetPath}.menu`) }) }
}

function checkAmounts(
  { metric, value, share, menu, tolerance, against }: BudgetDocument,
  path: string,
): void {
  const amounts = [value, share].filter((each) => each !== undefined).length
  if (amounts === 2 || (amounts === 0 && tolerance === undefined))
    throw new InputError(
      `${path}: expected value (in the unit of ${metric}) or share (of the supernet's ${metric})${amounts === 0 ? ', or tolerance' : ''}, got ${amounts === 0 ? 'neither' : 'both'}`,
    )
  if (against && tolerance === undefined)
    throw new InputError(`${path}.against: expected tolerance beside it, got ${against} alone`)
  if (menu && tolerance !== undefined)
    throw new InputError(
      `${path}.menu: under a tolerance sizes are kept by themselves; remove menu, or tolerance`,
    )
}

/**
 * The shares of the whole supernet at which a search under a tolerance keeps architectures. Three of them are
 * tried by halving against the unpruned supernet, so that each is about three quarters of the one before.
 * Against the best size all are tried, and there are fewer.
 */
const ladders = {
  unpruned: [0.8, 0.62, 0.49, 0.38, 0.3, 0.23, 0.18, 0.14, 0.11, 0.085, 0.065],
  best: [0.8, 0.5, 0.3, 0.18, 0.11, 0.065],
}

/** The sizes of the ladder that a legal architecture can have, preceded by the limit if there is one. */
export function sizesWithin(
  { limit, whole, least }: Pick<Budget, 'limit' | 'whole' | 'least'>,
  against: keyof typeof ladders = 'unpruned',
): MenuSize[] {
  const first = limit / whole
  const ladder = ladders[against]
  return [
    ...(first < 1 ? [first] : []),
    ...ladder.filter((size) => size < first && size * whole >= least),
  ].map((size) => ({ size: rounded(size), limit: size * whole }))
}

/**
 * The sizes of a menu in falling order, spread evenly over the prune window; the budget itself comes at its
 * end.
 */
function menuOf(
  { value, share }: BudgetDocument,
  menu: readonly number[],
  { from, until }: PruneRules,
  whole: number,
  path: string,
): MenuSize[] {
  const last = value ?? share!
  const wrong = menu.findIndex((size) => size <= last || (share !== undefined && size >= 1))
  if (wrong >= 0) {
    const range =
      share === undefined ? `more than the budget, ${last}` : `more than the budget, ${last}, and less than 1`
    throw new InputError(`${path}.${wrong}: expected ${range}, got ${menu[wrong]}`)
  }
  return [...menu]
    .sort((a, b) => b - a)
    .map((size, i) => ({
      size,
      limit: share === undefined ? size : size * whole,
      at: Math.round(from + ((until - from) * (i + 1)) / (menu.length + 1)),
    }))
}

/** Rounds up, so that a budget of the printed value can be met. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Math.ceil(value * 1e6) / 1e6)
