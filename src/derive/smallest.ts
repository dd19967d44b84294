import { resamplingOf } from '../data/resampling.js'
import { bootstrap } from '../objective/bootstrap.js'
import { errorOf, type RowSums } from '../objective/metrics.js'
import { evaluateRows, valueOf } from '../search/evaluate.js'
import type { MenuEntry } from '../search/menu.js'
import type { Architecture } from '../supernet/types.js'
import type { Baseline } from './baseline.js'
import { withNetwork } from './measure.js'
import type { Retrained } from './retrain.js'
import { retrainArchitecture } from './retrain-architecture.js'
import type { Trial, TrialHooks } from './types.js'

/** An architecture of a search, larger than another one or smaller. */
export interface Sized {
  /** As the menu names it; null: what the search ended with. */
  readonly size: number | null
  readonly cost: number
  readonly architecture: Architecture
}

/** A size that was retrained, and how its validation error stands to that of the unpruned supernet. */
export interface Attempt {
  readonly size: number | null
  readonly cost: number
  readonly validation: number | null
  /** The error less the unpruned supernet's, as a share of that. */
  readonly worse: number
  /** How much that may be: the tolerance, or one standard error of the difference where that is larger. */
  readonly allowed: number
}

/** What trying came to. */
export interface Tolerated {
  readonly tolerance: number
  /** In the order in which they were tried. */
  readonly attempts: readonly Attempt[]
  /** The size that was kept. */
  readonly kept: number | null
  /** Is it within the tolerance? Null where there was nothing to hold it against. */
  readonly within: boolean | null
}

/** How many sizes are retrained at most: enough to halve eleven of them down to one. */
export const mostAttempts = 3

/**
 * Looks for the smallest of a search's architectures whose validation error, retrained, is within the tolerance of the
 * retrained unpruned supernet's, or within one standard error of their difference (a bootstrap over the validation rows,
 * paired). Halves the sizes, at most three times: a smaller one is taken to be no better. Where none that was tried is
 * within, the best of them is kept. Test rows are not looked at.
 */
export async function smallestWithin(
  trial: Trial,
  hooks: TrialHooks,
  tolerance: number,
  sizes: readonly Sized[],
  reference: Baseline | null,
): Promise<{ readonly chosen: Sized; readonly final: Retrained; readonly tolerated: Tolerated }> {
  const sorted = [...sizes].sort((a, b) => b.cost - a.cost)
  const unpruned = reference?.measured?.validation ?? null
  const tried: { readonly sized: Sized; readonly final: Retrained; readonly attempt: Attempt }[] = []
  const attempt = async (sized: Sized) => {
    const { size, cost, architecture } = sized
    hooks.emit({ type: 'attempt', size, cost })
    const final = await retrainArchitecture(trial, hooks, architecture)
    const found = { size, cost, validation: final.validation, ...compare(trial, final, unpruned, tolerance) }
    tried.push({ sized, final, attempt: found })
    return found.worse <= found.allowed
  }
  const ended = (kept: (typeof tried)[number], within: boolean | null) => {
    hooks.emit({ type: 'kept', size: kept.sized.size })
    const attempts = tried.map((each) => each.attempt)
    const tolerated = { tolerance, attempts, kept: kept.sized.size, within }
    return { chosen: kept.sized, final: kept.final, tolerated }
  }
  if (!unpruned) {
    await attempt(sorted.at(-1)!)
    return ended(tried[0]!, null)
  }
  let [low, high] = [0, sorted.length - 1]
  while (low <= high && tried.length < mostAttempts) {
    const middle = Math.floor((low + high) / 2)
    if (await attempt(sorted[middle]!)) low = middle + 1
    else high = middle - 1
  }
  const within = tried.filter((each) => each.attempt.worse <= each.attempt.allowed)
  if (within.length > 0)
    return ended(
      within.reduce((a, b) => (b.sized.cost < a.sized.cost ? b : a)),
      true,
    )
  return ended(
    tried.reduce((a, b) => (b.attempt.worse < a.attempt.worse ? b : a)),
    false,
  )
}

/** The sizes that a search passed, and what it ended with: each architecture once, none above the budget. */
export function sizesOf(menu: readonly MenuEntry[], ended: Sized, limit: number): Sized[] {
  const passed = menu.map(({ figures: { size, cost }, architecture }) => ({ size, cost, architecture }))
  return [...passed.filter(({ cost }) => cost > ended.cost && cost <= limit), ended]
}

/** How much worse a retrained network is than the unpruned one on validation, and how much worse it may be. */
function compare(
  { data, metric, config, random }: Trial,
  { graph, values }: Retrained,
  unpruned: RowSums | null,
  tolerance: number,
): Pick<Attempt, 'worse' | 'allowed'> {
  const rows = data.splits.validation
  const own = withNetwork(graph, values, (network) => evaluateRows(network, data, rows, metric))
  const [mine, theirs] = [valueOf(metric, own), valueOf(metric, unpruned)]
  if (!own || !unpruned || mine === null || theirs === null) return { worse: 0, allowed: tolerance }
  const base = errorOf(metric, theirs)
  const drawn = bootstrap(metric, [own, unpruned], resamplingOf(data.dataset, config.split, rows), random)
  const spread = drawn ? deviation(drawn[0]!.map((value, i) => value - drawn[1]![i]!)) : 0
  const unit = base > 0 ? base : 1
  return {
    worse: (errorOf(metric, mine) - base) / unit,
    allowed: Math.max(tolerance, spread / unit),
  }
}

/** The standard deviation of the finite ones of some numbers; 0 where there are none. */
function deviation(values: Float64Array): number {
  const finite = values.filter(Number.isFinite)
  const mean = finite.reduce((sum, each) => sum + each, 0) / finite.length
  return finite.length === 0
    ? 0
    : Math.sqrt(finite.reduce((sum, each) => sum + (each - mean) ** 2, 0) / finite.length)
}
