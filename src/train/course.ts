import type { PreparedData } from '../data/types.js'
import type { MetricName } from '../objective/metrics.js'

export interface MeanLosses {
  total: number
  task: number | null
  reconstruction: number | null
}

/** What the losses and the metric of a training were, as far as it tells that it diverges. Plain data. */
export interface Course {
  /** By loss: of the first batch that it was computed on, before any step. */
  first: Record<string, number>
  /** By loss or metric: of the best epoch. A metric as `relativeError` has it. */
  best: Record<string, number>
}

/** That of a training that begins. */
export const freshCourse = (): Course => ({ first: {}, best: {} })

/** The point at which a training was found to diverge: the number of iterations, and the sign of it. */
export interface Divergence {
  readonly step: number
  readonly why: string
}

/**
 * How far above its level a mean over an epoch explodes, and from where on an epoch is no good one to go back to. The
 * level is the most of 1, which is about what predicting the mean costs on scaled targets, the first batch's loss and the
 * best epoch's: so neither noise about a tiny loss nor a lucky first batch counts. Metrics may jump more, for moving
 * averages lag behind in the first epochs.
 */
const limits = { loss: { explodes: 100, restless: 2 }, metric: { explodes: 10_000, restless: 100 } }

/** An epoch in words and figures: what explodes, where something does; else whether it is one to go back to. */
export type Verdict = { readonly why: string } | { readonly calm: boolean }

/** Judges an epoch; the course then knows it, unless it explodes. */
export function judge(
  course: Course,
  losses: Pick<MeanLosses, 'task' | 'reconstruction'>,
  validation?: { readonly metric: MetricName; readonly value: number; readonly error: number },
): Verdict {
  const seen = [
    ...(['task', 'reconstruction'] as const).map((key) => ({
      name: `${key} loss`,
      key,
      value: losses[key],
      error: losses[key],
      limit: limits.loss,
    })),
    ...(validation
      ? [{ ...validation, name: `validation ${validation.metric}`, key: 'metric', limit: limits.metric }]
      : []),
  ].flatMap((each) => {
    if (each.error === null || Number.isNaN(each.error)) return []
    const level = Math.max(1, course.first[each.key] ?? 0, course.best[each.key] ?? 0)
    return [{ ...each, times: each.error / level, error: each.error }]
  })
  const worst = seen.find(({ times, limit }) => times > limit.explodes)
  if (worst) return { why: `the ${worst.name} explodes to ${worst.value!.toPrecision(3)}` }
  for (const { key, error } of seen) course.best[key] = Math.min(course.best[key] ?? error, error)
  return { calm: seen.every(({ times, limit }) => times <= limit.restless) }
}

/** A metric as an error whose natural size is about 1, whatever the unit of the targets; NaN where it has no value. */
export function relativeError(metric: MetricName, value: number, { scaler }: PreparedData): number {
  const { std } = scaler.target
  const unit = Math.sqrt(std.reduce((sum, each) => sum + each * each, 0) / Math.max(1, std.length))
  switch (metric) {
    case 'accuracy':
      return 1 - value
    case 'cross-entropy':
      return value
    case 'r2':
      return Math.sqrt(1 - value)
    case 'rmse':
    case 'mae':
      return unit > 0 ? value / unit : value
  }
}
