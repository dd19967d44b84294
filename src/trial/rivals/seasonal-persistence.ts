import { continuedColumns } from '../../data/continued.js'
import { knownSteps } from '../../data/known-steps.js'
import { seasonOf } from '../../data/season.js'
import { learntRows } from './learnt-rows.js'
import { lastKnown } from './persistence.js'
import type { TrialRival } from './types.js'

/**
 * The value of one season before what is predicted, or of as many as the horizon is long. It may be older than the
 * window, but lies in the same stretch of the same series; where the stretch begins later, or the cell is missing, the
 * window's last value stands in. Undefined if an output is no column of the window, or no season is found.
 */
export const seasonalPersistence: TrialRival = {
  title: 'seasonal persistence',
  fit({ data }) {
    const { dataset, splits } = data
    const columns = continuedColumns(dataset)
    const season = columns && seasonOf(dataset, columns, learntRows(splits))
    if (!columns || !season) return Promise.resolve(undefined)
    const all = Uint32Array.from({ length: dataset.rows }, (_, row) => row)
    const { values, stretches } = knownSteps(dataset, columns, all)
    const window = dataset.shape[0]!
    const predicted = (row: number): number[] => {
      const [from, to] = dataset.spans![row]!
      const seasons = Math.max(1, Math.ceil((to - from - window) / season.steps))
      const at = to - 1 - seasons * season.steps
      const last = lastKnown(data, columns, row)
      if (at < 0 || stretches[at] !== stretches[from]) return last
      return last.map((value, o) => {
        const seasonValue = values[at * columns.length + o]!
        return Number.isNaN(seasonValue) ? value : seasonValue
      })
    }
    return Promise.resolve({
      predict: (rows) => Float64Array.from(Array.from(rows).flatMap(predicted)),
      size: { parameters: 0, period: season.steps, season: season.how },
    })
  },
}
