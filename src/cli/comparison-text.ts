import type { ComparisonProgress } from '../contest/compare.js'
import { errorIn } from '../contest/test-error.js'
import { placeText } from '../contest/types.js'
import { formatNumber, formatPercent, formatSeconds } from '../report/format.js'

/**
 * The progress of a comparison as one line: the result of the last trial, and an estimate of the time left.
 */
export function progressText({ row, done, of, secondsLeft }: ComparisonProgress): string {
  const left = secondsLeft === null || done === of ? '' : `, about ${formatSeconds(secondsLeft)} left`
  const count = `${done} of ${of} trials`
  if (!row) return `${count} are there${left}`
  const found =
    row.figures === null
      ? `failed: ${row.failed}`
      : `test error ${formatNumber(errorIn(row))}, ${formatPercent(row.figures.share)} of the parameters`
  return `${count}${left}: ${placeText(row)}: ${found}`
}
