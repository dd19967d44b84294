import type { Allowance, Level } from '../../events/types.js'
import type { MetricName } from '../../objective/metrics.js'
import { matcher } from '../../schedule/select.js'
import type { ScheduleSource } from '../../schedule/source.js'
import { phaseAt } from '../../schedule/table.js'
import type { Schedule } from '../../schedule/types.js'
import { isWidth, type GateGroup } from '../../supernet/types.js'
import { relativeError } from '../../train/course.js'
import { evaluate } from '../../train/evaluate.js'
import { someRows } from '../removal/ablation.js'
import type { Pruning } from '../state.js'

/** The share of a new look in the smoothed error. */
const newShare = 0.2

/** Rows of each split that a look measures at most: as many as make its noise small beside that of training. */
const mostRows = 2048

/**
 * Measures what a search has used of its tolerance, at a look at the gates. With e a smoothed error, e* the least one so
 * far, n how far a look lies from e on average, and v* that of e* which is of validation,
 *
 *     left = 1 − min over validation and train of max(0, e − e* − n) / (tolerance · v* + n), at least 0
 *
 * e* is fixed but for getting better, so what is lost bit by bit adds up. The error rises while gates fade, before any is
 * removed, and pressure gives way then: the dual of the controller, which holds the cost and lets the error follow. What
 * removing costs shows on the training rows, too; where the validation error rises alone, weights learn by heart, and less
 * pressure is no help.
 */
export function allow(pruning: Pruning, step: number): void {
  const { context, progress, data, stepper } = pruning
  const { schedule } = context
  const { tolerance } = schedule.budget ?? {}
  if (tolerance === undefined || schedule.replay || step > schedule.prune.until) return
  if (phaseAt(schedule, step - 1).gates !== 'move') return
  const metric = steering(context.metric)
  const errorOn = (rows: Uint32Array): number | null => {
    const value = evaluate(stepper.network, data, someRows(rows, mostRows), metric)
    return value === null ? null : relativeError(metric, value, data)
  }
  const [validation, train] = [data.splits.validation, data.splits.train].map(errorOn)
  if (validation == null || train == null) return
  progress.allowance = next(progress.allowance, { validation, train }, tolerance)
  context.emit({ type: 'allowance', step, ...progress.allowance })
}

/** What steers a search: accuracy says too little on few rows, where one of them is more than a tolerance. */
const steering = (metric: MetricName): MetricName => (metric === 'accuracy' ? 'cross-entropy' : metric)

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
 * The source of λ with what acts on widths multiplied by the share of the tolerance that is left; of choices some must go
 * whatever they are worth. A replayed schedule has it already.
 */
export function tolerantSource(
  source: ScheduleSource,
  schedule: Schedule,
  groups: readonly GateGroup[],
  allowance: () => Allowance | null,
): ScheduleSource {
  if (schedule.budget?.tolerance === undefined || schedule.replay) return source
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
