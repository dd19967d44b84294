import { luckOfBest } from '../config/budget-schema.js'
import { errorOf } from '../objective/metrics.js'
import { Diverged } from '../train/diverged.js'
import { valueOf } from '../train/evaluate.js'
import { comparedNetwork, measuresOf } from './compared.js'
import { comparison, isWithin } from './comparison.js'
import type { Attempt, Baseline, Compared, Retrained, Sized, Tolerated } from './figures.js'
import { retrainArchitecture } from './retrain-architecture.js'
import type { Trial, TrialHooks } from './types.js'

/** A size that was retrained. */
interface Trained {
  readonly sized: Sized
  readonly final: Retrained
  readonly compared: Compared
}

/**
 * Retrains all of a search's architectures, and finds the smallest that is as good as the best of them: its
 * validation error is within the tolerance of the best one's, or within `luckOfBest` standard errors of their
 * difference (a paired bootstrap over the validation rows), up to `mostChance`. The best has the least error;
 * of classifiers with the same accuracy, the one with the least cross-entropy. Without validation figures it
 * is the largest. Sizes that diverge are left out; if all do, this throws Diverged. Test rows are not used.
 */
export async function smallestNearBest(
  trial: Trial,
  hooks: TrialHooks,
  tolerance: number,
  sizes: readonly Sized[],
  reference: Baseline | null,
): Promise<{ readonly chosen: Sized; readonly final: Retrained; readonly tolerated: Tolerated }> {
  const trained = new Map<Sized, Trained>()
  const failures = new Map<Sized, Diverged>()
  const falling = [...sizes].sort((a, b) => b.cost - a.cost)
  for (const sized of falling) {
    const { size, cost, architecture } = sized
    hooks.emit({ type: 'attempt', size, cost })
    try {
      const final = await retrainArchitecture(trial, hooks, architecture, reference)
      trained.set(sized, { sized, final, compared: comparedNetwork(trial, final) })
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      failures.set(sized, error)
    }
  }
  if (trained.size === 0) throw [...failures.values()][0]!
  const best = [...trained.values()].reduce((a, b) =>
    isLess(errorsOf(trial, b), errorsOf(trial, a)) ? b : a,
  )
  const attempts = falling.map((sized) => attemptOf(trial, sized, { trained, failures, best, tolerance }))
  const kept = attempts.findLastIndex(isWithin)
  const chosen = trained.get(falling[kept]!) ?? best
  hooks.emit({ type: 'kept', size: chosen.sized.size })
  return {
    chosen: chosen.sized,
    final: chosen.final,
    tolerated: {
      ...{ tolerance, against: 'best', attempts, kept: chosen.sized.size },
      within: kept < 0 ? null : true,
    },
  }
}

/** The errors of a size by each measure; infinite where it has none. */
const errorsOf = ({ metric }: Trial, { compared }: Trained): number[] =>
  measuresOf(metric).map((name) => {
    const value = valueOf(name, compared[name] ?? null)
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
  {
    trained,
    failures,
    best,
    tolerance,
  }: {
    readonly trained: ReadonlyMap<Sized, Trained>
    readonly failures: ReadonlyMap<Sized, Diverged>
    readonly best: Trained
    readonly tolerance: number
  },
): Attempt {
  const { size, cost } = sized
  const found = trained.get(sized)
  if (!found)
    return {
      size,
      cost,
      validation: null,
      worse: null,
      allowed: null,
      diverged: failures.get(sized)!.message,
    }
  const { final, compared } = found
  return {
    size,
    cost,
    validation: final.validation,
    ...comparison(trial, compared, best.compared, { tolerance, errors: luckOfBest }),
  }
}
