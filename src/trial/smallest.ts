import { uniformGates } from '../derive/network.js'
import type { Budget } from '../schedule/types.js'
import type { MenuEntry } from '../search/state.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { isWidth, keepable, type ArchitectureGroup } from '../supernet/types.js'
import { Diverged } from '../train/diverged.js'
import { valueOf } from '../train/evaluate.js'
import { isUnpruned } from './baseline.js'
import { comparison, isWithin, worseOf } from './comparison.js'
import type { Attempt, Baseline, Retrained, Tolerated, Sized } from './figures.js'
import { networkToRetrain } from './retrain-architecture.js'
import { divergedAttempt, trySize } from './try-size.js'
import type { Trial, TrialHooks } from './types.js'

/** The most sizes that are retrained; enough for a bisection among eleven sizes. */
const mostAttempts = 3

/**
 * How many sizes are retrained at most: one without a tolerance, and under one that is held against the best
 * size each of the menu and the one with which the search ends.
 */
export function attemptsOf(
  budget:
    (Pick<Budget, 'tolerance' | 'against'> & { readonly menu?: readonly unknown[] | undefined }) | undefined,
): number {
  if (budget?.tolerance === undefined) return 1
  return budget.against === 'best' ? (budget.menu?.length ?? 0) + 1 : mostAttempts
}

/**
 * Finds the smallest of a search's architectures that is good enough after retraining. It is if its
 * validation error is within the tolerance of the error of the retrained unpruned supernet, or within one
 * standard error of their difference (a paired bootstrap over the validation rows), up to `mostChance`.
 * Classifiers that are judged by decisions or orders are compared by cross-entropy as well.
 *
 * The sizes are bisected in at most three attempts, assuming that a smaller one is no better. If no attempt
 * is within, all of the supernet that may stay is tried; without choices, this is the unpruned supernet
 * itself. If that is not within either, the best attempt is kept. An attempt that diverges is not within; if
 * all diverge, this throws Diverged. Test rows are not used.
 */
export async function smallestWithin(
  trial: Trial,
  hooks: TrialHooks,
  tolerance: number,
  sizes: readonly Sized[],
  reference: Baseline | null,
): Promise<{ readonly chosen: Sized; readonly final: Retrained; readonly tolerated: Tolerated }> {
  const sorted = [...sizes].sort((a, b) => b.cost - a.cost)
  const unpruned = reference?.compared ?? {}
  const attempts: Attempt[] = []
  const trained: { readonly sized: Sized; readonly final: Retrained; readonly attempt: Attempt }[] = []
  let failure: Diverged | undefined
  const attempt = async (sized: Sized): Promise<boolean> => {
    const tried = await trySize(trial, hooks, sized, reference)
    if (tried instanceof Diverged) {
      failure = tried
      attempts.push(divergedAttempt(sized, tried))
      return false
    }
    const { size, cost } = sized
    const compared = comparison(trial, tried.compared, unpruned, { tolerance, errors: 1 })
    const outcome = { size, cost, validation: tried.final.validation, ...compared }
    attempts.push(outcome)
    trained.push({ ...tried, attempt: outcome })
    return isWithin(outcome)
  }
  const ended = (kept: Omit<(typeof trained)[number], 'attempt'>, within: boolean | null) => {
    hooks.emit({ type: 'kept', size: kept.sized.size })
    const tolerated = { tolerance, attempts, kept: kept.sized.size, within }
    return { chosen: kept.sized, final: kept.final, tolerated }
  }
  let [low, high] = [0, sorted.length - 1]
  const isKnown = Number.isFinite(valueOf(unpruned[trial.metric] ?? null))
  if (!isKnown) low = high
  while (low <= high && attempts.length < mostAttempts) {
    const middle = Math.floor((low + high) / 2)
    if (await attempt(sorted[middle]!)) low = middle + 1
    else high = middle - 1
  }
  const whole =
    trained.some((each) => isWithin(each.attempt)) || !isKnown ? undefined : wholeSize(trial, sorted)
  if (whole && isUnpruned(trial, networkToRetrain(trial, whole.architecture)))
    return ended({ sized: whole, final: reference!.retrained! }, true)
  if (whole) await attempt(whole)
  const within = trained.filter((each) => isWithin(each.attempt))
  if (trained.length === 0) throw failure!
  if (!isKnown) return ended(trained[0]!, null)
  if (within.length > 0)
    return ended(
      within.reduce((a, b) => (b.sized.cost < a.sized.cost ? b : a)),
      true,
    )
  return ended(
    trained.reduce((a, b) => (worseOf(b.attempt) < worseOf(a.attempt) ? b : a)),
    false,
  )
}

/**
 * All of the supernet that may stay, as a size: every unit and every path and, for choices, what the smallest
 * size that has them chose. Undefined if that exceeds the budget, or is not larger than all sizes.
 */
function wholeSize({ supernet, schedule, latency }: Trial, sizes: readonly Sized[]): Sized | undefined {
  if (!schedule.budget) return undefined
  const gates = uniformGates(supernet)
  const groups: ArchitectureGroup[] = []
  for (const group of supernet.groups) {
    const { name, layer, kind, members } = group
    const kept = isWidth(group) ? keepable(group).map((member) => member.name) : chosenIn(sizes, name)
    if (!kept) return undefined
    const open = kept.map((member) => ({ member, gate: gates[name]![member]! }))
    groups.push({ name, layer, kind, kept: open, of: members.length })
  }
  const { metric, limit } = schedule.budget
  const choices = Object.fromEntries(groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]))
  const { cost } = architectureCosts(supernet, metric, latency)(choices)
  if (cost > limit || sizes.some((each) => each.cost >= cost)) return undefined
  const { space, options, input, outputs } = supernet
  const architecture = { format: 'sentei-architecture/1', space, options, input, outputs, groups } as const
  return { size: 1, cost, architecture }
}

/** The members of a group in the smallest size that still has the group. */
const chosenIn = (sizes: readonly Sized[], name: string): string[] | undefined =>
  sizes
    .map(({ architecture }) => architecture.groups.find((group) => group.name === name))
    .findLast((group) => group !== undefined)
    ?.kept.map(({ member }) => member)

/**
 * The sizes that a search passed, and the one with which it ended. Each architecture occurs once; none
 * exceeds the budget.
 */
export function sizesOf(menu: readonly MenuEntry[], ended: Sized, limit: number): Sized[] {
  const passed = menu.map(({ figures: { size, cost }, architecture }) => ({ size, cost, architecture }))
  const wanted = passed.filter(
    ({ cost }, i) => cost > ended.cost && cost <= limit && cost !== passed[i - 1]?.cost,
  )
  return [...wanted, ended]
}
