import { weightsOrder, type Pass, type StepOrder, type UpdateName } from '../../train/order.js'
import type { SearchOptions } from '../../train/training.js'

/** What gates do in an iteration: they move, wait while weights train in single paths, or are held. */
export type GateTurn = 'move' | 'wait' | 'hold'

/** What determines the order of an iteration. */
interface Turn {
  readonly mode: SearchOptions['mode']
  readonly gates: GateTurn
  /** Whether an average of the weights is kept. */
  readonly average: boolean
}

const together: Pass = { of: ['weights', 'gates'], on: 'train', through: 'network' }
const gatesMove = ['scale-gates', 'step-gates', 'keep-gradients'] as const
const ends = (average: boolean) =>
  average ? (['move-average', 'add-losses'] as const) : (['add-losses'] as const)

/**
 * The order of an iteration of a search. `joint`: one pass for weights and gates. `alternating` and
 * `unrolled` (DARTS's first and second order, arXiv:1806.09055): gates first, on a batch of their own, then
 * weights. Batch norms are evaluated in the mixture, so single paths do not update their averages.
 */
export function searchOrder({ mode, gates, average }: Turn): StepOrder {
  const end = ends(average)
  if (gates === 'wait')
    return [{ of: ['weights'], on: 'train', through: 'single-paths' }, 'step-weights', ...end]
  if (gates === 'hold') return [together, 'step-weights', 'move-statistics', ...end]
  if (mode === 'joint') return [together, 'step-weights', 'move-statistics', ...gatesMove, ...end]
  const through = mode === 'unrolled' ? 'step-ahead' : 'network'
  return [{ of: ['gates'], on: 'arch', through }, ...gatesMove, ...weightsOrder(average)]
}

const notAhead = new Set<Pass | UpdateName>(['move-statistics', 'move-average', 'add-losses'])

/**
 * The step that a look-ahead tries and takes back: that of moving gates, without the updates that it does not
 * read.
 */
export const aheadOrder = (mode: SearchOptions['mode']): StepOrder =>
  searchOrder({ mode, gates: 'move', average: false }).filter((entry) => !notAhead.has(entry))
