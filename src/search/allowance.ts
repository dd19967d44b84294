import type { PreparedData } from '../data/types.js'
import { phaseAt } from '../schedule/table.js'
import type { ScheduleSource } from '../schedule/source.js'
import { matcher } from '../schedule/select.js'
import type { Schedule } from '../schedule/types.js'
import { isWidth, type GateGroup } from '../supernet/types.js'
import { relativeError } from './course.js'
import { evaluate } from './evaluate.js'
import type { Pruning } from './pruning.js'

/** What a search has used of its tolerance. Plain data, part of a checkpoint. */
export interface Allowance {
  /** The validation error, smoothed, as `relativeError` has it. */
  error: number
  /** How far a look's error lies from the smoothed one on average. */
  noise: number
  /** The least smoothed error since gates began to move: what the error is held against. */
  best: number
  /** The share of the tolerance that is left; λ on widths is multiplied by it. */
  left: number
}

/** The share of a new look in the smoothed error. */
const newShare = 0.2

/** Validation rows that a look measures at most: as many as make its noise small beside that of training. */
const mostRows = 2048

/**
 * Measures what a search has used of its tolerance, at a look at the gates. With e the smoothed validation error, e* the
 * least one so far, and n how far a look lies from e on average,
 *
 *     left = 1 − max(0, e − e* − n) / (tolerance · e* + n), at least 0
 *
 * e* is fixed but for getting better, so what is lost bit by bit adds up. The error rises while gates fade, before any is
 * removed, and pressure gives way then: the dual of the controller, which holds the cost and lets the error follow.
 */
export function allow(pruning: Pruning, step: number): void {
  const { context, progress, data, stepper } = pruning
  const { schedule, metric } = context
  const { tolerance } = schedule.budget ?? {}
  if (tolerance === undefined || schedule.replay || step > schedule.prune.until) return
  if (phaseAt(schedule, step - 1).gates !== 'move') return
  const value = evaluate(stepper.network, data, someRows(data), metric)
  if (value === null) return
  progress.allowance = next(progress.allowance, relativeError(metric, value, data), tolerance)
  context.emit({ type: 'allowance', step, ...progress.allowance })
}

function next(before: Allowance | null, seen: number, tolerance: number): Allowance {
  if (!before) return { error: seen, noise: 0, best: seen, left: 1 }
  const error = before.error + newShare * (seen - before.error)
  const noise = before.noise + newShare * (Math.abs(seen - before.error) - before.noise)
  const best = Math.min(before.best, error)
  const lost = Math.max(0, error - best - noise)
  const left = lost === 0 ? 1 : Math.max(0, 1 - lost / (tolerance * best + noise))
  return { error, noise, best, left }
}

/** Validation rows, evenly spread. */
function someRows({ splits: { validation } }: PreparedData): Uint32Array {
  const count = Math.min(mostRows, validation.length)
  return Uint32Array.from(
    { length: count },
    (_, i) => validation[Math.floor((i * validation.length) / count)]!,
  )
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
