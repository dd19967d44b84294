import type { ComparisonProgress } from '../compare/compare.js'
import { errorIn } from '../compare/test-error.js'
import type { ComparisonSummary, SetSummary, Spread } from '../compare/summary.js'
import { placeText } from '../compare/types.js'
import {
  formatCount,
  formatDifferenceWithInterval,
  formatNumber,
  formatPercent,
  formatSeconds,
  nothing,
} from '../report/format.js'
import { textTable } from './table.js'

/**
 * The progress of a comparison as one line: the result of the last trial, and an estimate of the time left.
 */
export function progressText({ row, done, of, secondsLeft }: ComparisonProgress): string {
  const left = secondsLeft === null || done === of ? '' : `, about ${formatSeconds(secondsLeft)} left`
  const count = `${done} of ${of} trials`
  if (!row) return `${count} are done${left}`
  const result =
    row.figures === null
      ? `failed: ${row.failed}`
      : `test error ${formatNumber(errorIn(row))}, ${formatPercent(row.figures.share)} of the parameters`
  return `${count}${left}: ${placeText(row)}: ${result}`
}

/** The results of a comparison for a terminal: what fits into 80 columns of what `summary.md` tells. */
export function resultsText({ sets, against, preregistered, failures }: ComparisonSummary): string {
  return [
    ...sets.flatMap((each) => [...setLines(each, against), '']),
    ...(preregistered?.verdicts ?? []).map(
      ({ verdict, ...at }) =>
        `preregistered on ${setText(at)}, ${preregistered!.method} at most ${formatPercent(preregistered!.margin)} above ${preregistered!.against}: ${verdict}`,
    ),
    ...failures.map((row) => `failed: ${placeText(row)}: ${row.failed}`),
    'Errors are test errors (1 minus the metric where more is better, such as accuracy and r2), mean ± standard deviation over seeds. A star marks the lowest mean. Brackets hold the 95 % interval.',
  ].join('\n')
}

function setLines({ set, size, metric, learnt, tested, methods }: SetSummary, against: string): string[] {
  const spread = (value: Spread | null) =>
    value === null
      ? nothing
      : `${formatNumber(value.mean)}${value.std === null ? '' : ` ± ${formatNumber(value.std)}`}`
  return [
    `${setText({ set, size })}: ${metric ?? nothing} on ${formatCount(tested)} test rows, after learning from ${formatCount(learnt)}`,
    textTable([
      ['method', 'trials', 'error', 'parameters', `minus that of ${against}`],
      ...methods.map(({ method, trials, error, parameters, best, difference }) => [
        `${method}${best ? ' *' : ''}`,
        String(trials),
        spread(error),
        formatCount(parameters?.mean),
        difference ? formatDifferenceWithInterval(difference.mean, difference.t?.interval) : nothing,
      ]),
    ]),
  ]
}

const setText = ({ set, size }: Pick<SetSummary, 'set' | 'size'>): string =>
  size === 'all' ? set : `${set}, ${formatCount(size)} rows`
