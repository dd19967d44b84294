import { formatCount, formatDifferenceWithInterval, formatPercent, isNumber } from './format.js'
import type { RunMetrics } from './run.js'

/** How much was removed: `12 of 36 members; 41 % of the prunable parameters are left`. */
export function removedText({ members, of, left }: NonNullable<RunMetrics['removed']>): string {
  const share = left == null ? '' : `; ${formatPercent(left)} of the prunable parameters are left`
  return `${members ?? 0} of ${of ?? 0} members${share}`
}

/** What the brackets in tables mean; null if there are none. */
export function noiseText({ noise }: RunMetrics): string | null {
  const split = noise?.test ?? noise?.validation
  if (!split?.final) return null
  const of = split.of === 'stretches' ? 'stretches of time' : (split.of ?? 'rows')
  return `the brackets hold 95 % of ${formatCount(noise?.resamples ?? 0)} resamples of the ${of}; other seeds may differ more`
}

/** How the derived network compares with the unpruned one: `test accuracy −0.0175 [−0.0439, +0.0088]`. */
export function unprunedDifferenceText(metrics: RunMetrics): string | null {
  const { split, difference } = differenceIn(metrics)
  if (!difference) return null
  return `${split} ${metrics.metric ?? 'metric'} ${formatDifferenceWithInterval(difference.value, difference.interval)}`
}

/** What to think of a difference whose interval contains 0; null if it does not, or if there is no difference. */
export function chanceText(metrics: RunMetrics): string | null {
  const { difference } = differenceIn(metrics)
  const [low, high] = difference?.interval ?? []
  const isChance = isNumber(low) && isNumber(high) && low <= 0 && high >= 0 && difference?.value !== 0
  return isChance ? 'this may be chance, since 0 lies in the brackets' : null
}

function differenceIn({ noise }: RunMetrics) {
  const test = noise?.test?.difference
  return test
    ? { split: 'test', difference: test }
    : { split: 'validation', difference: noise?.validation?.difference }
}
