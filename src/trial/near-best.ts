import { luckOfBest } from '../config/budget-schema.js'
import { errorOf } from '../objective/metrics.js'
import { Diverged } from '../train/diverged.js'
import { valueOf } from '../train/evaluate.js'
import { measuresOf } from './compared.js'
import { comparison, isWithin } from './comparison.js'
import type { Attempt, Baseline, Retrained, Sized, Tolerated } from './figures.js'
import { divergedAttempt, trySize, type TriedSize } from './try-size.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Retrains all of a search's architectures, and finds the smallest that is as good as the best of them: its
 * validation error is within the tolerance of the best one's, or within `luckOfBest` standard errors of their
 * difference (a paired bootstrap over the validation rows), up to `mostChance`. The best has the least error;
 * of classifiers with the same metric, the one with the least cross-entropy. Without validation figures it
 * is the largest. Sizes that diverge are left out; if all do, this throws Diverged. Test rows are not used.
 */
export async function smallestNearBest(
  trial: Trial,
  hooks: TrialHooks,
  tolerance: number,
  sizes: readonly Sized[],
  reference: Baseline | null,
): Promise<{ readonly chosen: Sized; readonly final: Retrained; readonly tolerated: Tolerated }> {
  const falling = [...sizes].sort((a, b) => b.cost - a.cost)
  const tried = new Map<Sized, TriedSize | Diverged>()
  for (const sized of falling) tried.set(sized, await trySize(trial, hooks, sized, reference))
  const trained = [...tried.values()].filter((each): each is TriedSize => !(each instanceof Diverged))
  if (trained.length === 0) throw [...tried.values()][0] as Diverged
  const best = trained.reduce((a, b) => (isLess(errorsOf(trial, b), errorsOf(trial, a)) ? b : a))
  const attempts = falling.map((sized) => attemptOf(trial, sized, tried.get(sized)!, best, tolerance))
  const kept = attempts.findLastIndex(isWithin)
  // What is within has been trained.
  const chosen = kept < 0 ? best : (tried.get(falling[kept]!) as TriedSize)
  hooks.emit({ type: 'kept', size: chosen.sized.size })
  return {
    chosen: chosen.sized,
    final: chosen.final,
    tolerated: {
      tolerance,
      against: 'best',
      attempts,
      kept: chosen.sized.size,
      within: kept < 0 ? null : true,
    },
  }
}

/** The errors of a size by each measure; infinite where it has none. */
const errorsOf = ({ metric }: Trial, { compared }: TriedSize): number[] =>
  measuresOf(metric).map((name) => {
    const value = valueOf(compared[name] ?? null)
    return value === null || Number.isNaN(value) ? Infinity : errorOf(name, value)
  })

/** Whether the first of two lists is less where they first differ. */
const isLess = (a: readonly number[], b: readonly number[]): boolean => {
  const place = a.findIndex((value, i) => value !== b[i])
  return place >= 0 && a[place]! < b[place]!
}

function attemptOf(
  trial: Trial,
  sized: Sized,
  tried: TriedSize | Diverged,
  best: TriedSize,
  tolerance: number,
): Attempt {
  if (tried instanceof Diverged) return divergedAttempt(sized, tried)
  const { size, cost } = sized
  const shortfall = comparison(trial, tried.compared, best.compared, { tolerance, errors: luckOfBest })
  return { size, cost, validation: tried.final.validation, ...shortfall }
}
