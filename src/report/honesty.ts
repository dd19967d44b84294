import { formatDifferenceWithInterval, formatPercent } from './format.js'
import type { RunMetrics } from './run.js'

/** How much was removed: `12 of 36 candidates, 41 % of the prunable parameters left`. */
export function removedText({ members, of, left }: NonNullable<RunMetrics['removed']>): string {
  const share = left == null ? '' : `, ${formatPercent(left)} of the prunable parameters left`
  return `${members ?? 0} of ${of ?? 0} candidates${share}`
}

const drawn = { rows: 'rows', groups: 'groups', blocks: 'blocks', stretches: 'stretches of time' } as const

/** What the brackets in tables mean; null if there are none. */
export function noiseText({ noise }: RunMetrics): string | null {
  const split = noise?.test ?? noise?.validation
  if (!split?.final) return null
  const of = split.of === undefined ? 'rows' : drawn[split.of]
  return `in brackets: 95 % of ${noise?.resamples ?? 0} resamples of ${of}, other seeds not counted`
}

/** How the derived network compares with the unpruned one: `test accuracy −0.0175 [−0.0439, +0.0088]`. */
export function differenceText({ metric = 'metric', noise }: RunMetrics): string | null {
  const found = noise?.test?.difference ?? noise?.validation?.difference
  if (!found) return null
  const split = noise?.test?.difference ? 'test' : 'validation'
  return `${split} ${metric} ${formatDifferenceWithInterval(found.value, found.interval)}`
}
