import { Failure } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import type { Stage } from '../events/types.js'
import type { MetricName } from '../objective/metrics.js'
import {
  judgeEpoch,
  relativeError,
  type Course,
  type Divergence,
  type EpochVerdict,
  type MeanLosses,
} from './course.js'
import { predictRows } from './evaluate.js'
import type { PassNetwork } from './network.js'

/**
 * The learning rates that were tried before a training was given up, from the iteration of the last good
 * state.
 */
export interface TriedRates {
  readonly step: number
  readonly rates: readonly number[]
}

/** A training that diverges despite all attempts to save it. The message is the diagnosis. */
export class Diverged extends Failure {
  readonly stage: Stage

  constructor(stage: Stage, { step, why }: Divergence, tried: TriedRates) {
    const weights = `config.${stage === 'search' ? 'search' : 'retrain'}.weights`
    const rates = tried.rates.map((rate) => Number(rate.toPrecision(3)))
    const last = rates.pop()!
    const before =
      rates.length === 0
        ? ''
        : `, and with ${rates.join(', ')} before, each time from iteration ${tried.step} on`
    super(
      `${stage} diverged: ${why} at iteration ${step} with learning rate ${last}${before}; lower ${weights}.learningRate, or limit the gradient by ${weights}.clipNorm`,
    )
    this.stage = stage
  }
}

/** A training whose epochs are judged. */
export interface JudgedTraining {
  readonly course: Course
  readonly network: PassNetwork
  readonly data: PreparedData
  readonly metric: MetricName
}

/** Judges an epoch of a training by its losses and its metric. */
export function judgeTraining(
  { course, network, data, metric }: JudgedTraining,
  losses: MeanLosses,
  validation: number | null,
): EpochVerdict {
  if (!Number.isFinite(losses.total)) return { why: 'the loss is not finite' }
  if (validation === null) return judgeEpoch(course, losses)
  // A metric can have no value although the predictions are finite, such as r2 on targets that are all equal.
  if (Number.isNaN(validation) && !predictsNumbers(network, data))
    return { why: 'a prediction is not finite' }
  return judgeEpoch(course, losses, {
    metric,
    value: validation,
    error: relativeError(metric, validation, data),
  })
}

/** Whether a network's weights, and its outputs for some training rows, are all finite. */
export function predictsNumbers(network: PassNetwork, data: PreparedData): boolean {
  const outputs = predictRows(network, data, data.splits.train.subarray(0, 256))
  return [outputs, ...network.weights.values().values()].every(allFinite)
}

/** Whether all numbers are finite. */
export function allFinite(values: Float32Array | Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false
  return true
}
