import type { PreparedData } from '../data/types.js'
import { errorOf, metrics, type MetricName } from '../objective/metrics.js'

export interface MeanLosses {
  total: number
  task: number | null
  reconstruction: number | null
}

/** The losses and the metric of a training, as far as they show whether it diverges. Plain data. */
export interface Course {
  /** By loss, its value on the first batch that it was computed on, before any step. */
  first: Record<string, number>
  /** By loss or metric, the value of the best epoch. Metrics are given as `relativeError`. */
  best: Record<string, number>
}

/** The course of a training that has just begun. */
export const freshCourse = (): Course => ({ first: {}, best: {} })

/** The point at which a training was found to diverge: the number of iterations, and how it shows. */
export interface Divergence {
  readonly step: number
  readonly why: string
}

/**
 * Factors over a level. An epoch whose mean exceeds `explodes` times its level diverges; one that exceeds
 * `restless` times its level is not good enough to go back to. The level is the largest of 1 (about what
 * predicting the mean costs on scaled targets), the first batch's loss and the best epoch's, so that neither
 * noise around a tiny loss nor a lucky first batch counts. Metrics may jump more, because moving averages lag
 * behind in the first epochs.
 */
const limits = { loss: { explodes: 100, restless: 2 }, metric: { explodes: 10_000, restless: 100 } }

/**
 * The verdict on an epoch: what explodes, if something does; otherwise whether training may go back to it.
 */
export type EpochVerdict = { readonly why: string } | { readonly calm: boolean }

/** Judges an epoch and, unless it explodes, records its values in the course. */
export function judgeEpoch(
  course: Course,
  losses: Pick<MeanLosses, 'task' | 'reconstruction'>,
  validation?: { readonly metric: MetricName; readonly value: number; readonly error: number },
): EpochVerdict {
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

/**
 * A metric as an error whose natural size is about 1, whatever the unit of the targets. NaN if the metric has
 * no value.
 */
export function relativeError(metric: MetricName, value: number, { scaler }: PreparedData): number {
  const { std } = scaler.target
  const unit = Math.sqrt(std.reduce((sum, each) => sum + each * each, 0) / Math.max(1, std.length))
  if (metric === 'r2') return Math.sqrt(1 - value)
  return metrics[metric].inUnits && unit > 0 ? value / unit : errorOf(metric, value)
}
