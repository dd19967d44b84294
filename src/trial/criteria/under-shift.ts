import { columnMisfit, numberColumns } from './columns.js'
import { metricFor, metricOn, worstBy } from './rows.js'
import type { CriterionKind } from './types.js'

/** Deviations of the shift where none are given. */
const usualAmount = 0.5

/**
 * The worst metric `of` where one column of numbers (`column`, or each in turn) is off by `amount` (0.5)
 * deviations of the training rows, upwards or downwards: a sensor that drifts, brighter images.
 */
export const underShift: CriterionKind = {
  onRows: true,
  keys: ['of', 'amount', 'column'],
  misfit: ({ column }, data) =>
    column === undefined ? undefined : columnMisfit(column, numberColumns(data)),
  measure(model, criterion) {
    const { data } = model
    const { amount = usualAmount, split, column } = criterion
    const { std } = data.scaler.input
    const name = metricFor(model, criterion)
    if (data.splits[split].length === 0) return { value: null }
    const moved = numberColumns(data).filter((each) => column === undefined || each.name === column)
    const measurements = moved.flatMap(({ name: of, at }) =>
      [amount, -amount].map((by) => ({
        where: `${of} ${by < 0 ? '−' : '+'}${amount} deviations`,
        value: metricOn(model, name, data.splits[split], (values) => {
          for (let i = at; i < values.length; i += std.length) values[i]! += by * std[at]!
        })!,
      })),
    )
    return worstBy(name, measurements)
  },
  remedy: 'train on rows in which that column varies more, or leave it out (data.columns)',
}
