import { resamplingOf } from '../data/resampling.js'
import { bootstrap } from '../objective/bootstrap.js'
import type { MeasuredRows } from '../objective/metric.js'
import type { Retrained } from '../trial/figures.js'
import type { Trial } from '../trial/types.js'
import { deviation } from './statistics.js'
import type { TrialStability } from './types.js'

/** What the stability of a trained network is computed from. */
export interface Trained {
  /** What the test rows say of the metric; null without test rows. */
  readonly test: MeasuredRows | null
  readonly losses: Retrained['losses']
}

/** A standard deviation of so many resamples is off by about 5 %. */
const times = 200

/** How stable the result of a trial is. The test rows are not looked at again. */
export const stabilityOf = (trial: Trial, { test, losses }: Trained): TrialStability => ({
  bootstrap: test && bootstrapDeviation(trial, test),
  losses: lossDeviation(losses),
})

function bootstrapDeviation({ data, config, metric, random }: Trial, rows: MeasuredRows): number | null {
  const resampling = resamplingOf(data.dataset, config.split, data.splits.test)
  const [values] = bootstrap(metric, [rows], resampling, random, times) ?? []
  return values ? finite(deviation([...values])) : null
}

/**
 * The standard deviation of the losses at the evaluations in the last tenth of a training's steps; null with
 * fewer than two.
 */
export function lossDeviation(losses: Trained['losses']): number | null {
  const last = losses.at(-1)?.step ?? 0
  return finite(deviation(losses.filter(({ step }) => step > 0.9 * last).map(({ loss }) => loss)))
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
