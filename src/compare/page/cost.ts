import { formatCount, formatSeconds, nothing } from '../../report/format.js'
import { totalOf } from '../remaining.js'
import { mean } from '../statistics.js'
import type { ComparisonSummary } from '../summary.js'
import type { TrialRow } from '../types.js'
import { setName, table, type PageSection } from './parts.js'

/** What a result takes: steps of the search, and mean seconds of a trial. */
export const comparisonCost = ({ sets }: ComparisonSummary, rows: readonly TrialRow[]): PageSection => ({
  id: 'cost',
  title: 'search cost',
  hint: 'Means of a trial, on the machine that ran it. The unpruned supernet counts for the trial that trained it, and for the others it is free.',
  content: sets.map(({ methods, ...set }) =>
    table(
      setName(set),
      ['method', 'search steps', 'search', 'unpruned supernet', 'retraining', 'together'],
      methods.map(({ method, searchSteps }) => {
        const timings = rows.flatMap((row) =>
          row.set === set.set && row.size === set.size && row.method === method ? (row.seconds ?? []) : [],
        )
        const seconds = (of: (each: (typeof timings)[number]) => number) =>
          timings.length === 0 ? nothing : formatSeconds(mean(timings.map(of)))
        return [
          method,
          formatCount(searchSteps),
          seconds(({ search }) => search),
          seconds(({ baseline }) => baseline ?? 0),
          seconds(({ retrain }) => retrain),
          seconds(totalOf),
        ]
      }),
    ),
  ),
})
