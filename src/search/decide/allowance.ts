import type { Allowance, Level } from '../../events/types.js'
import { fineMetric } from '../../objective/metrics.js'
import { matcher } from '../../schedule/select.js'
import type { ScheduleSource } from '../../schedule/source.js'
import { phaseAt } from '../../schedule/table.js'
import type { Schedule } from '../../schedule/types.js'
import { isWidth, type GateGroup } from '../../supernet/types.js'
import { relativeError } from '../../train/course.js'
import { evaluate } from '../../train/evaluate.js'
import { someRows } from '../removal/ablation.js'
import type { Pruning } from '../state.js'

/** The share of a new measurement in the smoothed error. */
const newShare = 0.2

/**
 * The most rows of each split that a measurement takes: enough to make its noise small compared with that of
 * training.
 */
const mostRows = 2048

/**
 * Whether a tolerance eases λ. Against the best size it does not, because a search that gives way passes few
 * sizes to compare. A replayed schedule already includes it.
 */
const isSteered = ({ budget, replay }: Schedule): boolean =>
  budget?.tolerance !== undefined && budget.against !== 'best' && !replay

/**
 * Measures, at an inspection of the gates, how much of its tolerance a search has used. With e the smoothed
 * error, e* the smallest e so far, n the average distance of a measurement from e, and v* the e* of
 * validation,
 *
 *     left = 1 − min over validation and train of max(0, e − e* − n) / (tolerance · v* + n), at least 0
 *
 * e* only changes when the error gets better, so small losses add up. The error rises while gates fade,
 * before any is removed, and the pressure then gives way: the dual of the controller, which holds the cost
 * and lets the error follow. The cost of removing members shows on the training rows too; if only the
 * validation error rises, the weights overfit, and less pressure would not help.
 */
export function allow(pruning: Pruning, step: number): void {
  const { context, progress, data, stepper } = pruning
  const { schedule } = context
  if (!isSteered(schedule) || step > schedule.prune.until) return
  if (phaseAt(schedule, step - 1).gates !== 'move') return
  // Accuracy is too coarse on few rows, where a single one can exceed the tolerance.
  const metric = fineMetric(context.metric)
  const errorOn = (rows: Uint32Array): number | null => {
    const value = evaluate(stepper.network, data, someRows(rows, mostRows), metric)
    return value === null || Number.isNaN(value) ? null : relativeError(metric, value, data)
  }
  const [validation, train] = [data.splits.validation, data.splits.train].map(errorOn)
  if (validation == null || train == null) return
  progress.allowance = next(progress.allowance, { validation, train }, schedule.budget!.tolerance!)
  context.emit({ type: 'allowance', step, ...progress.allowance })
}

function next(
  before: Allowance | null,
  seen: Record<'validation' | 'train', number>,
  tolerance: number,
): Allowance {
  const validation = level(before, seen.validation)
  const train = level(before?.train, seen.train)
  const used = [validation, train].map(({ error, noise, best }) => {
    const lost = Math.max(0, error - best - noise)
    return lost === 0 ? 0 : lost / (tolerance * validation.best + noise)
  })
  const left = Math.max(0, 1 - Math.min(...used))
  return { ...validation, train, left }
}

function level(before: Level | null | undefined, seen: number): Level {
  if (!before) return { error: seen, noise: 0, best: seen }
  const error = before.error + newShare * (seen - before.error)
  const noise = before.noise + newShare * (Math.abs(seen - before.error) - before.noise)
  return { error, noise, best: Math.min(before.best, error) }
}

/**
 * A source of λ in which λ on widths are multiplied by the remaining share of the tolerance. λ on choices are
 * not, since some members of a choice must go whatever they are worth.
 */
export function tolerantSource(
  source: ScheduleSource,
  schedule: Schedule,
  groups: readonly GateGroup[],
  allowance: () => Allowance | null,
): ScheduleSource {
  if (!isSteered(schedule)) return source
  const widths = groups.filter(isWidth)
  const presses = schedule.columns.map(({ part, layer, select }) => {
    const selected = matcher(select?.groups)
    return part === 'gates' && widths.some((group) => group.layer === layer && selected(group.name))
  })
  return {
    state: () => source.state?.(),
    restore: (state) => source.restore?.(state),
    at(t, observed) {
      const row = source.at(t, observed)
      const left = allowance()?.left ?? 1
      if (left === 1) return row
      return { ...row, columns: row.columns.map((value, i) => (presses[i] ? left * value : value)) }
    },
  }
}
