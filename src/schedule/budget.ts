import { InputError } from '../base/errors.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { CompileContext } from './context.js'
import type { Budget } from './types.js'

/** The budget of a document in the metric's unit. One that no legal architecture can meet is refused, with the least. */
export function budgetOf(
  { metric, value, share }: NonNullable<ScheduleDocument['budget']>,
  { costs }: CompileContext,
): Budget {
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
  return { metric, limit, whole, least }
}

/** Rounded up, so that a budget of so much is met. */
const rounded = (value: number): number => (Number.isInteger(value) ? value : Math.ceil(value * 1e6) / 1e6)
