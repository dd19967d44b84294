import { InputError, Interrupted } from '../../base/errors.js'
import { nextTurn } from '../../base/next-turn.js'
import { gather } from '../../data/batches.js'
import { lastValues } from '../../data/continued.js'
import { unscale } from '../../data/scale.js'
import { outputsOf, type PreparedData } from '../../data/types.js'
import { fitKernels, kernelLength, transform, type Kernels, type SeriesRows } from '../minirocket/kernels.js'
import { predictLinear, ridge, type Linear } from '../minirocket/ridge.js'
import { learntRows, predictorFigures, secondsSince } from './outcome.js'
import { onlyFor } from './suits.js'
import type { Rival } from './types.js'

const usualFeatures = 9996

/** Ridge regression of all features solves a system of the rows, which takes about a minute for so many. */
const mostRows = 2000

/** The features for more rows, whose system is that of the features. */
const fewerFeatures = 1680

const suitsKind = onlyFor('series', 'sequences')

/**
 * MiniRocket with ridge (arXiv:2012.08791) for series: 9,996 features, or 1,680 if more than 2,000 rows are
 * learnt from. Ridge learns from the rows of `train` and `arch`, with λ chosen by the leave-one-out error;
 * classes are targets of ±1, one against the rest. Its kernels do not see the level of a series: a forecast
 * is the change from the last value. Parameters are the weights and intercepts of the ridge.
 */
export const minirocket: Rival = {
  byDefault: true,
  refuses: (dataset) =>
    suitsKind(dataset) ??
    (dataset.shape[0]! < kernelLength
      ? `expected series of at least ${kernelLength} steps, got ${dataset.shape[0]}; take longer windows`
      : undefined),
  async run(trial, { signal }) {
    const start = performance.now()
    const { data, random } = trial
    const rows = learntRows(trial)
    if (rows.length < 2) throw new InputError(`minirocket: expected at least 2 rows, got ${rows.length}`)
    const series = seriesOf(data)
    const wanted = rows.length > mostRows ? fewerFeatures : usualFeatures
    const kernels = fitKernels(series, rows, wanted, random)
    const inputs = transform(kernels, series, rows)
    // Lets signals and other work of the process run before the longest part.
    await nextTurn()
    if (signal?.aborted) throw new Interrupted('interrupted in minirocket')
    const outputs = outputsOf(data.dataset.task)
    const linear = ridge({
      rows: rows.length,
      inputs,
      features: kernels.features,
      targets: targetsOf(data, rows),
      outputs,
    })
    const predict = predictor(data, series, kernels, linear)
    const outcome = predictorFigures(trial, predict, costOf(kernels, series, outputs))
    return { ...outcome, seconds: { search: 0, baseline: null, retrain: secondsSince(start) } }
  },
}

const seriesOf = ({ inputs, dataset }: PreparedData): SeriesRows => {
  const [steps, channels] = dataset.shape as [number, number]
  return { values: inputs, steps, channels }
}

/** Targets of some rows, rows × outputs: ±1 for classes, scaled values, or scaled changes of a forecast. */
function targetsOf({ dataset, targets, inputs }: PreparedData, rows: Uint32Array): Float64Array {
  const width = outputsOf(dataset.task)
  if (dataset.task.kind === 'classification')
    return Float64Array.from({ length: rows.length * width }, (_, i) =>
      targets[rows[Math.floor(i / width)]!] === i % width ? 1 : -1,
    )
  const from = lastValues(dataset, inputs, rows)
  return Float64Array.from(gather(targets, width, rows), (value, i) => value - from[i]!)
}

/** The rows that are transformed at once, so that their features take little memory. */
const stretch = 256

const predictor =
  ({ dataset, inputs, scaler }: PreparedData, series: SeriesRows, kernels: Kernels, linear: Linear) =>
  (rows: Uint32Array): Float64Array => {
    const width = outputsOf(dataset.task)
    const all = lastValues(dataset, inputs, rows)
    for (let from = 0; from < rows.length; from += stretch) {
      const some = rows.subarray(from, from + stretch)
      predictLinear(linear, transform(kernels, series, some)).forEach((value, i) => {
        all[from * width + i]! += value
      })
    }
    return unscale(all, scaler.target)
  }

/** Weights and intercepts, and the multiply-adds of a series: nine a step and channel, and the ridge's. */
function costOf({ combinations, features }: Kernels, { steps }: SeriesRows, outputs: number) {
  const read = combinations.reduce((sum, { channels }) => sum + channels.length, 0)
  return {
    parameters: (features + 1) * outputs,
    flops: kernelLength * steps * read + features * outputs,
  }
}
