import { formatCount, formatPercent, nothing } from '../../report/format.js'
import { methodsTable, preregisteredTable, setName } from '../result-tables.js'
import type { ComparisonSummary } from '../summary.js'
import { tableMarkup, type PageSection } from './parts.js'

/** What was named before the run, and what became of it. */
export function preregisteredSection({ preregistered }: ComparisonSummary): PageSection | null {
  if (!preregistered) return null
  const { method, against, margin } = preregistered
  return {
    id: 'preregistered',
    title: 'preregistered',
    hint: `Named before the run: the error of ${method} is at most ${formatPercent(margin)} above that of ${against}. Shown: the whole 95 % interval of the difference is within that. On average: its mean is.`,
    content: tableMarkup(`${method} against ${against}`, preregisteredTable(preregistered)),
  }
}

/** A table for each set. */
export const setsSection = ({ sets, against }: ComparisonSummary): PageSection => ({
  id: 'results',
  title: 'results',
  hint: `Test errors (1 minus the metric where more is better, as accuracy and r2), mean ± standard deviation over seeds. Differences are to ${against}, paired by seed, with a 95 % interval by the corrected resampled t-test; d_z is their mean in standard deviations.`,
  content: sets.map((set) =>
    tableMarkup(
      `${setName(set)}: ${set.metric ?? nothing} on ${formatCount(set.tested)} test rows, after learning from ${formatCount(set.learnt)}`,
      methodsTable(set),
    ),
  ),
})
