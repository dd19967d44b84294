import {
  formatCount,
  formatDifferenceWithInterval,
  formatNumber,
  formatPercent,
  nothing,
} from '../../report/format.js'
import { html } from '../../report/markup.js'
import type { ComparisonSummary } from '../summary.js'
import { differenceText, setName, spreadText, table, type PageSection } from './parts.js'

/** What was named before the run, and what became of it. */
export function preregisteredSection({ preregistered }: ComparisonSummary): PageSection | null {
  if (!preregistered) return null
  const { method, against, margin, verdicts } = preregistered
  const kind = { shown: 'passed', 'on average': 'open', 'not met': 'failed', unknown: 'open' } as const
  return {
    id: 'preregistered',
    title: 'preregistered',
    hint: `Named before the run: the error of ${method} is at most ${formatPercent(margin)} above that of ${against}. Shown: the whole 95 % interval of the difference is within that. On average: its mean is.`,
    content: table(
      `${method} against ${against}`,
      ['set', 'verdict', 'pairs', 'difference', 'allowed', 'p, sign-flip', 'p, corrected t'],
      verdicts.map(({ set, size, verdict, difference, allowed }) => [
        setName({ set, size }),
        html`<b class="${kind[verdict]}">${verdict}</b>`,
        formatCount(difference?.pairs),
        differenceText(difference),
        formatNumber(allowed),
        formatNumber(difference?.signFlip),
        formatNumber(difference?.t?.p),
      ]),
    ),
  }
}

/** A table for each set. */
export const setsSection = ({ sets, against }: ComparisonSummary): PageSection => ({
  id: 'results',
  title: 'results',
  hint: `Test errors (1 minus the metric where more is better, as accuracy and r2), mean ± standard deviation over seeds. Differences are to ${against}, paired by seed, with a 95 % interval by the corrected resampled t-test; d_z is their mean in standard deviations.`,
  content: sets.map(({ methods, metric, tested, learnt, ...set }) =>
    table(
      `${setName(set)}: ${metric ?? nothing} on ${formatCount(tested)} test rows, after learning from ${formatCount(learnt)}`,
      ['method', 'trials', 'error', 'parameters', 'share', 'difference', 'd_z', 'won / tied / lost'],
      methods.map(({ method, trials, failed, error, parameters, share, best, difference }) => [
        method,
        failed > 0 ? `${trials} (${failed} failed)` : String(trials),
        best ? html`<b>${spreadText(error)}</b> (best)` : spreadText(error),
        spreadText(parameters, formatCount),
        formatPercent(share),
        differenceText(difference),
        formatDifferenceWithInterval(difference?.effect?.dz, difference?.effect?.interval),
        difference ? `${difference.wins} / ${difference.ties} / ${difference.losses}` : nothing,
      ]),
    ),
  ),
})
