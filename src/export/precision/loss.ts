import { gather } from '../../data/batches.js'
import type { PreparedData } from '../../data/types.js'
import { randomSource } from '../../base/random.js'
import { bootstrap } from '../../objective/bootstrap.js'
import { valueOfRows, type MeasuredRows } from '../../objective/metric.js'
import { errorOf, type MetricName } from '../../objective/metrics.js'
import { scoredRows } from '../score.js'
import { agreement } from '../agreement.js'
import type { Precision } from './names.js'

/** The loss that is allowed if the run has no tolerance: a share of the error. */
export const usualPrecisionLoss = 0.01

/** What a precision costs, measured in what will read the model. */
export interface PrecisionLoss {
  readonly precision: Precision
  /** The sizes of the model's file or files, as they are and with 32-bit floats. */
  readonly bytes: number
  readonly float32Bytes: number
  readonly metric: MetricName
  readonly split: 'test' | 'validation' | 'train'
  readonly rows: number
  /** The metric, and that of the model of 32-bit floats. */
  readonly value: number
  readonly float32: number
  /** The error minus that of 32-bit floats, as a share of the latter (or the difference itself if it is 0). */
  readonly worse: number
  /** The tolerance of the run. */
  readonly allowed: number
  /** Two standard errors of `worse`, by a paired bootstrap over the rows: what few rows cannot tell from 0. */
  readonly chance: number
  /** Whether `worse` is within the tolerance, or within chance if that is more. */
  readonly within: boolean
  /** ‖difference‖ / ‖predictions‖, and the rows whose most probable class is another. */
  readonly relativeError: number
  /** The largest difference, in probabilities, or in standard deviations of the targets. */
  readonly largestDifference: number
  readonly differentClasses: number
}

/** The rows on which exported models are measured: those of test, or else of validation or training. */
export function measuredRows({ splits }: PreparedData): { split: PrecisionLoss['split']; rows: Uint32Array } {
  const split = (['test', 'validation', 'train'] as const).find((each) => splits[each].length > 0)!
  return { split, rows: splits[split] }
}

/**
 * Compares the predictions of a model with those of the same model with 32-bit floats, both for the rows of
 * `measuredRows`. Throws if a prediction is not finite.
 */
export function precisionLoss(
  data: PreparedData,
  metric: MetricName,
  {
    predicted,
    float32,
    ...known
  }: Pick<PrecisionLoss, 'precision' | 'bytes' | 'float32Bytes' | 'allowed'> & {
    readonly predicted: Float64Array
    readonly float32: Float64Array
  },
): PrecisionLoss {
  const { split, rows } = measuredRows(data)
  const { task, targets, rows: all } = data.dataset
  const wanted = gather(targets, targets.length / all, rows)
  if (predicted.some((value, i) => !Number.isFinite(value) && Number.isFinite(float32[i])))
    throw new Error(`${known.precision}: the model predicts what is not finite; export another precision`)
  const said = [predicted, float32].map((outputs) => scoredRows(metric, task, outputs, wanted))
  const [value, before] = said.map(valueOfRows) as [number, number]
  const [error, errorBefore] = [errorOf(metric, value), errorOf(metric, before)]
  const unit = Math.abs(errorBefore) || 1
  const worse = (error - errorBefore) / unit
  const chance = (2 * standardError(metric, said, rows.length)) / unit
  const { relativeError, largestDifference, differentClasses } = agreement(
    float32,
    predicted,
    rows.length,
    data,
  )
  return {
    ...known,
    metric,
    split,
    rows: rows.length,
    value,
    float32: before,
    worse,
    chance,
    within: worse <= Math.max(known.allowed, chance),
    relativeError,
    largestDifference,
    differentClasses,
  }
}

/** The standard deviation of the difference of two metrics over resamples of their rows; 0 with too few. */
function standardError(metric: MetricName, said: readonly MeasuredRows[], rows: number): number {
  const units = Array.from({ length: rows }, (_, row) => [row])
  const drawn = bootstrap(metric, said, { of: 'rows', units, draws: rows }, randomSource(0))
  const differences = [...(drawn?.[0] ?? [])]
    .map((value, i) => value - drawn![1]![i]!)
    .filter(Number.isFinite)
  if (differences.length === 0) return 0
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length
  return Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / differences.length)
}
