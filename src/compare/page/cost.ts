import { formatCount, formatSeconds, nothing } from '../../report/format.js'
import { totalOf } from '../remaining.js'
import { setName } from '../result-tables.js'
import { mean } from '../statistics.js'
import type { ComparisonSummary } from '../summary.js'
import type { TrialRow } from '../types.js'
import { tableMarkup, type PageSection } from './parts.js'

/** What a result takes: steps of the search, and mean seconds of a trial. */
export const comparisonCost = ({ sets }: ComparisonSummary, rows: readonly TrialRow[]): PageSection => ({
  id: 'cost',
  title: 'search cost',
  hint: 'Means of a trial, on the machine that ran it. The unpruned supernet counts for the trial that trained it, and for the others it is free.',
  content: sets.map(({ methods, ...set }) =>
    tableMarkup(setName(set), {
      rowsOf: 'method',
      columns: ['search steps', 'search', 'unpruned supernet', 'retraining', 'together'],
      rows: methods.map(({ method, searchSteps }) => {
        const timings = rows.flatMap((row) =>
          row.set === set.set && row.size === set.size && row.method === method ? (row.seconds ?? []) : [],
        )
        const seconds = (of: (each: (typeof timings)[number]) => number) =>
          timings.length === 0 ? nothing : formatSeconds(mean(timings.map(of)))
        return {
          name: method,
          cells: [
            formatCount(searchSteps),
            seconds(({ search }) => search),
            seconds(({ baseline }) => baseline ?? 0),
            seconds(({ retrain }) => retrain),
            seconds(totalOf),
          ],
        }
      }),
    }),
  ),
})
