import { inputColumns } from './columns.js'
import { metricFor, metricOn } from './rows.js'
import type { CriterionKind } from './types.js'

/** The share of cells that is missing where none is given. */
const usualAmount = 0.1

/**
 * The metric `of` where a share `amount` (0.1) of the cells is missing, drawn evenly, and filled as training
 * fills them.
 */
export const underMissing: CriterionKind = {
  onRows: true,
  keys: ['of', 'amount'],
  misfit: ({ amount = usualAmount }) =>
    amount <= 1 ? undefined : `amount: expected a share from 0 to 1, got ${amount}`,
  measure(model, criterion) {
    const { data, random } = model
    const { amount = usualAmount, split } = criterion
    const { fill } = data.scaler
    const columns = inputColumns(data)
    const value = metricOn(model, metricFor(model, criterion), data.splits[split], (values) => {
      const stream = random.stream('criterion', 'missing')
      for (let from = 0; from < values.length; from += fill.length) {
        let last: { readonly date: string; readonly isGone: boolean } | undefined
        for (const { at, width, date, indicator } of columns) {
          // The numbers of one date are missing together.
          const isGone = last && last.date === date ? last.isGone : stream.uniform() < amount
          last = date === undefined ? undefined : { date, isGone }
          if (!isGone) continue
          for (let i = at; i < at + width; i++) values[from + i] = fill[i]!
          if (indicator) values[from + at + width] = 1
        }
      }
    })
    return { value }
  },
  remedy: 'train on rows with such gaps (data.missing), or on more columns that say the same',
}
