import type { ComparisonProgress } from '../contest/compare.js'
import { errorIn } from '../contest/test-error.js'
import { placeText } from '../contest/types.js'
import { formatNumber, formatPercent, formatSeconds } from '../report/format.js'

/** How far a comparison is, as one line: what the last trial came to, and how long the others may take. */
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
