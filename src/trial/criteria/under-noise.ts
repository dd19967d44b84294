import { numberColumns } from './columns.js'
import { metricFor, metricOn } from './rows.js'
import type { CriterionKind } from './types.js'

/** Deviations of the noise where none are given. */
const usualAmount = 0.1

/**
 * The metric `of` with noise on the numbers of the inputs: normal, with `amount` (0.1) deviations of the
 * training rows.
 */
export const underNoise: CriterionKind = {
  onRows: true,
  keys: ['of', 'amount'],
  measure(model, criterion) {
    const { data, random } = model
    const { amount = usualAmount, split } = criterion
    const { std } = data.scaler.input
    const [columns, width] = [numberColumns(data), std.length]
    const value = metricOn(model, metricFor(model, criterion), data.splits[split], (values) => {
      const stream = random.stream('criterion', 'noise')
      for (let from = 0; from < values.length; from += width)
        for (const { at } of columns) values[from + at]! += amount * std[at]! * stream.normal()
    })
    return { value }
  },
  remedy: 'train with augmented or more varied rows',
}
