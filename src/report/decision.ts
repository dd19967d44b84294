import type { Task } from '../data/types.js'
import type { KeptMetrics } from '../trial/figures.js'
import { formatNumber } from './format.js'

/** How a model decides for a class, in words; null where it takes the most probable one. */
export function decisionText({ decision }: Pick<KeptMetrics, 'decision'>, task?: Task): string | null {
  if (!decision) return null
  const { threshold, by, validation } = decision
  if (threshold === undefined) return 'the class of the least expected cost, by the costs in preprocess.json'
  const positive = task?.kind === 'classification' ? task.positive : undefined
  const chosen =
    by === undefined
      ? ' as configured'
      : `, chosen on validation by ${by}${validation === undefined ? '' : ` (${formatNumber(validation)})`}`
  return `${positive ?? 'the positive class'} from a probability of ${formatNumber(threshold)} on${chosen}`
}
