import { luckOfBest, mostChance } from '../config/budget-schema.js'
import { amount } from './budget.js'
import { formatCount, formatNumber, formatPercent } from './format.js'
import type { RunMetrics } from './run.js'

type Tolerated = NonNullable<RunMetrics['tolerated']>
type Attempt = NonNullable<Tolerated['attempts']>[number]

/** Whether all of the supernet that may stay was kept, because no smaller size was within the tolerance. */
export const isWhole = ({ tolerated, menu = [] }: RunMetrics): boolean =>
  tolerated?.kept === 1 && !menu.some(({ size }) => size === 1)

/**
 * The sizes that were retrained, in order, one line each: their cost, and how they compare with the unpruned
 * supernet or with the best size.
 */
export const attemptTexts = ({ tolerated, budget, menu = [] }: RunMetrics): string[] =>
  (tolerated?.attempts ?? []).map((attempt) => {
    const passed = menu.find(({ size }) => size === attempt.size)?.step
    const as = passed == null ? '' : ` as it was at step ${formatCount(passed)} of the search`
    const kept = attempt.size === tolerated?.kept ? `; kept${as}` : ''
    return `${sizeText(attempt)}: ${amount(attempt.cost)} ${budget?.metric ?? ''}, ${comparison(attempt)}${kept}`
  })

/** The result of a tolerance as a sentence; null if there was none. */
export function toleranceText(metrics: RunMetrics): string | null {
  const { tolerated, budget } = metrics
  if (!tolerated) return null
  const best = tolerated.against === 'best'
  const other = best ? "best size's" : "unpruned supernet's"
  const wanted = `within ${formatPercent(tolerated.tolerance)} of the ${other} validation error, or within ${best ? `${formatNumber(luckOfBest)} standard errors` : 'one standard error'} of the difference if that is more (${formatPercent(mostChance)} at most)`
  if (tolerated.within == null)
    return `no error to hold the result against: ${best ? 'no size' : 'the unpruned supernet'} has ${best ? 'one' : 'none'}`
  if (tolerated.within && isWhole(metrics) && !tolerated.attempts?.some(({ size }) => size === 1))
    return `no smaller size that was tried is ${wanted}: the unpruned supernet was kept`
  if (tolerated.within) return `kept: the smallest size found ${wanted}`
  const limit =
    budget?.limit != null && budget.whole != null && budget.limit < budget.whole
      ? `; the limit of ${formatNumber(budget.limit)} ${budget.metric ?? ''} went before the tolerance`
      : ''
  return `no size that was tried is ${wanted}: the best of them was kept${limit}`
}

const sizeText = ({ size }: Attempt): string =>
  size == null ? 'the end of the search' : `size ${formatNumber(size)}`

function comparison({ worse, allowed, by, diverged }: Attempt): string {
  if (diverged !== undefined) return 'its training diverged'
  if (worse == null || allowed == null) return 'not compared'
  const what = by === 'cross-entropy' ? by : 'error'
  return `${what} ${formatPercent(Math.abs(worse))} ${worse > 0 ? 'worse' : 'better'}, ${formatPercent(allowed)} worse is allowed`
}
