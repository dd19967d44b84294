import { gather } from '../../data/batches.js'
import { outputsOf } from '../../data/types.js'
import { isBetter, metrics } from '../../objective/metrics.js'
import { logFrequencies } from '../boosting/losses.js'
import { learntRows } from './learnt-rows.js'
import type { RivalTrial, TrialRival } from './types.js'

/**
 * Says the same for every row. For classes these are their frequencies, each class counted once more; for
 * numbers the mean or the median of each output, whichever is better by the metric on the rows learnt from.
 */
export const constant: TrialRival = {
  title: 'constant',
  fit: (trial) => {
    const always = constantOf(trial)
    const width = always.length
    return Promise.resolve({
      predict: (rows) => repeated(always, rows.length),
      size: { parameters: width },
    })
  },
}

function constantOf({ data: { dataset, splits }, metric }: RivalTrial): Float64Array {
  const rows = learntRows(splits)
  const width = outputsOf(dataset.task)
  if (dataset.task.kind === 'classification') return logFrequencies(gather(dataset.targets, 1, rows), width)
  const targets = gather(dataset.targets, width, rows)
  const column = (k: number) => Float64Array.from(rows, (_, i) => targets[i * width + k]!)
  const each = (of: (values: Float64Array) => number) =>
    Float64Array.from({ length: width }, (_, k) => of(column(k)))
  const [means, medians] = [each(mean), each(median)]
  const score = (always: Float64Array) => metrics[metric].value(repeated(always, rows.length), targets, width)
  return isBetter(metric, score(medians), score(means)) ? medians : means
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function median(values: Float64Array): number {
  const sorted = values.slice().sort()
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.floor(sorted.length / 2)]!) / 2
}

const repeated = (values: Float64Array, rows: number): Float64Array =>
  Float64Array.from({ length: rows * values.length }, (_, i) => values[i % values.length]!)
