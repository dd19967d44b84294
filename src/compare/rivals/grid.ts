import { InputError } from '../../base/errors.js'
import { discretise } from '../../derive/network.js'
import { costOf } from '../../nn/cost.js'
import type { Schedule } from '../../schedule/types.js'
import { taskCost } from '../../supernet/cost.js'
import { Diverged } from '../../train/diverged.js'
import { evaluateNetwork } from '../../trial/evaluate-network.js'
import type { Searched } from '../../trial/figures.js'
import { searchSupernet } from '../../trial/search-stage.js'
import { finishTrial } from '../../trial/trial.js'
import type { Trial, TrialHooks } from '../../trial/types.js'
import { secondsSince } from './outcome.js'
import { searchOutcome } from './searched.js'
import type { Rival, RivalOptions } from './types.js'

const usualFactors = [0.1, 0.3, 1, 3, 10]

/** The price of size in the score: what the whole supernet's parameters weigh against the error. */
const price = 0.3

/**
 * The best λ of a grid that costs as much as one search: k searches share its steps, each with the λ on gates
 * of the schedule times one of k factors. The one of the least score is derived and retrained as any search
 * is. The score is the error of its derived network on validation before retraining (1 − R², or the
 * cross-entropy of classes) plus 0.3 times the share of parameters left.
 */
export const grid: Rival = {
  byDefault: false,
  prunes: true,
  schedule: 'fixed-l1',
  check({ planner, stages }) {
    if (planner)
      throw new InputError(
        'grid: expected a schedule whose λ are fixed, got one that a planner changes; take an expert schedule',
      )
    if (stages) throw new InputError('grid: expected one search, got stages; take a method without rival')
  },
  async run(trial, hooks, options) {
    const start = performance.now()
    const { best, steps } = await bestOf(trial, hooks, options)
    const search = secondsSince(start)
    return searchOutcome(trial, await finishTrial(best.trial, hooks, best.searched, search), steps)
  },
}

interface ScoredSearch {
  readonly trial: Trial
  readonly searched: Searched
  readonly score: number
}

/** The search of the least score, and the steps that all of them took. */
async function bestOf(
  { config, written }: Trial,
  hooks: TrialHooks,
  { factors = usualFactors, setUp }: RivalOptions,
): Promise<{ best: ScoredSearch; steps: number }> {
  const share = Math.floor(config.search.steps / factors.length)
  if (share < 1)
    throw new InputError(
      `grid: expected at least a step for each of ${factors.length} factors, got ${config.search.steps} steps; take more steps or fewer factors`,
    )
  const search = {
    ...written.search,
    steps: share,
    evaluateEvery: Math.min(share, written.search.evaluateEvery),
  }
  const scoredSearches: ScoredSearch[] = []
  let steps = 0
  let failure: Diverged | undefined
  for (const factor of factors) {
    const set = await setUp({ ...written, search })
    const trial = { ...set, schedule: pressedBy(factor, set.schedule) }
    try {
      const searched = await searchSupernet(trial, hooks)
      steps += searched.steps
      scoredSearches.push({ trial, searched, score: scoreOf(trial, searched) })
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      steps += share
      failure = error
    }
  }
  if (scoredSearches.length === 0) throw failure!
  return { best: scoredSearches.reduce((a, b) => (b.score < a.score ? b : a)), steps }
}

/** A schedule with its λ on gates multiplied. */
const pressedBy = (factor: number, schedule: Schedule): Schedule => ({
  ...schedule,
  columns: schedule.columns.map((column) =>
    column.part === 'gates'
      ? {
          ...column,
          segments: column.segments.map((each) => ({ ...each, value: factor * each.value })),
        }
      : column,
  ),
})

function scoreOf(trial: Trial, { supernet, gates, weights }: Searched): number {
  const { graph, constants } = discretise(supernet, gates, { gates: 'keep', affine: false })
  const values = new Map([...weights, ...constants])
  const isClass = trial.data.dataset.task.kind === 'classification'
  const value = evaluateNetwork(
    trial,
    { graph, values },
    { split: 'validation', metric: isClass ? 'cross-entropy' : 'r2' },
  )
  const error = value === null ? 0 : isClass ? value : 1 - value
  const left = costOf(graph).parameters / taskCost(trial.supernet).parameters
  return Number.isNaN(error) ? Infinity : error + price * left
}
