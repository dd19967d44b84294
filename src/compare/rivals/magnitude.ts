import { Failure } from '../../base/errors.js'
import { architectureOf } from '../../derive/architecture-of.js'
import { uniformGates } from '../../derive/network.js'
import { sizesWithin } from '../../schedule/budget.js'
import type { Budget } from '../../schedule/types.js'
import { usualTolerance } from '../../setup/schedule-of.js'
import { architectureCosts } from '../../supernet/architecture-cost.js'
import { costRange } from '../../supernet/cost-range.js'
import { choose } from '../../supernet/prune.js'
import { withinBudget } from '../../supernet/within-budget.js'
import type { Baseline, Sized } from '../../trial/figures.js'
import { retrainArchitecture } from '../../trial/retrain-architecture.js'
import { smallestNearBest } from '../../trial/near-best.js'
import { smallestWithin } from '../../trial/smallest.js'
import type { Trial, TrialHooks } from '../../trial/types.js'
import { magnitudeWorth } from './magnitude-worth.js'
import { networkFigures, secondsSince } from './outcome.js'
import { referenceOf } from './reference.js'
import type { Rival } from './types.js'

/**
 * Magnitude pruning of the trained unpruned supernet: members are kept by the norms of their weights
 * (`magnitudeWorth`), chosen within a size as gates choose, and what is left is retrained as a derived
 * network. A budget's limit is the size; under a tolerance it is the smallest of the sizes that a search
 * would keep. Without a budget the tolerance is that of `auto`. No search steps: the unpruned supernet's
 * training takes their place.
 */
export const magnitude: Rival = {
  byDefault: true,
  prunes: true,
  async run(given, hooks) {
    const trial = withUsualBudget(given)
    const reference = await referenceOf(trial, hooks)
    const { retrained, figures: unpruned } = reference.baseline
    if (!retrained) throw new Failure(unpruned.diverged)
    const start = performance.now()
    const { final, tried } = await pruned(trial, hooks, reference.baseline, sizesOf(trial, retrained.values))
    return {
      ...networkFigures(trial, final, { sizesTried: tried }),
      seconds: { search: 0, baseline: reference.seconds, retrain: secondsSince(start) },
      baseline: reference.baseline,
    }
  },
}

/** A trial with a budget: its own, or the tolerance that `auto` has. */
function withUsualBudget(trial: Trial): Trial & { schedule: { budget: Budget } } {
  const { schedule, supernet, data } = trial
  const range = costRange(supernet, 'parameters')
  const whole = { metric: 'parameters', limit: range.whole, ...range } as const
  // Without validation rows no size can be judged, and the whole is what is left.
  const tolerated = data.splits.validation.length > 0
  const usual = tolerated ? { ...whole, tolerance: usualTolerance, menu: sizesWithin(whole) } : whole
  return { ...trial, schedule: { ...schedule, budget: schedule.budget ?? usual } }
}

/** Retrains the only size, or the sizes of which the smallest within the tolerance is chosen. */
async function pruned(
  trial: Trial & { schedule: { budget: Budget } },
  hooks: TrialHooks,
  baseline: Baseline,
  sizes: readonly Sized[],
) {
  const { tolerance, against } = trial.schedule.budget
  if (tolerance === undefined)
    return { final: await retrainArchitecture(trial, hooks, sizes.at(-1)!.architecture, baseline), tried: 0 }
  const choose = against === 'best' ? smallestNearBest : smallestWithin
  const { final, tolerated } = await choose(trial, hooks, tolerance, sizes, baseline)
  return { final, tried: tolerated.attempts.length }
}

/** The architectures that magnitude leaves at the sizes of the budget, in falling order. */
function sizesOf(
  { supernet, schedule: { budget }, latency }: Trial & { schedule: { budget: Budget } },
  values: ReadonlyMap<string, Float32Array>,
): Sized[] {
  const worth = magnitudeWorth(supernet, values)
  const costs = architectureCosts(supernet, budget.metric, latency)
  const limits = [
    ...(budget.tolerance === undefined ? [] : (budget.menu ?? [])),
    ...(budget.tolerance === undefined || !budget.menu?.length ? [{ size: null, limit: budget.limit }] : []),
  ]
  const architectures = limits.flatMap(({ size, limit }): Sized[] => {
    const within = withinBudget(supernet, costs, worth, limit)
    if (!within) return []
    const { choices, standing } = within
    const kept = Object.fromEntries([...standing].map((name) => [name, choices[name]!]))
    const { supernet: left } = choose(supernet, kept)
    return [{ size, cost: within.cost, architecture: architectureOf(supernet, left, uniformGates(left)) }]
  })
  const different = architectures.filter(({ cost }, i) => cost !== architectures[i - 1]?.cost)
  if (different.length === 0)
    throw new Failure(
      `magnitude: no architecture of at most ${budget.limit} ${budget.metric} was found; take a larger budget`,
    )
  return different
}
