import { mostChance } from '../config/budget-schema.js'
import { resamplingOf } from '../data/resampling.js'
import { uniformGates } from '../derive/network.js'
import { bootstrap } from '../objective/bootstrap.js'
import { errorOf, type MetricName, type RowSums } from '../objective/metrics.js'
import type { MenuEntry } from '../search/state.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { isWidth, keepable, type ArchitectureGroup } from '../supernet/types.js'
import { Diverged } from '../train/diverged.js'
import { valueOf } from '../train/evaluate.js'
import { isUnpruned } from './baseline.js'
import { comparedOf, measuresOf } from './compared.js'
import type { Attempt, Baseline, Compared, Retrained, Tolerated, Sized } from './figures.js'
import { withNetwork } from './with-network.js'
import { networkToRetrain, retrainArchitecture } from './retrain-architecture.js'
import type { Trial, TrialHooks } from './types.js'

/** The most sizes that are retrained; enough for a bisection among eleven sizes. */
export const mostAttempts = 3

/**
 * Finds the smallest of a search's architectures that is good enough after retraining. It is if its
 * validation error is within the tolerance of the error of the retrained unpruned supernet, or within one
 * standard error of their difference (a paired bootstrap over the validation rows), up to `mostChance`.
 * Classifiers are compared by accuracy and by cross-entropy.
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
    const { size, cost, architecture } = sized
    hooks.emit({ type: 'attempt', size, cost })
    try {
      const final = await retrainArchitecture(trial, hooks, architecture, reference)
      const compared = compare(trial, final, unpruned, tolerance)
      const found = { size, cost, validation: final.validation, ...compared }
      attempts.push(found)
      trained.push({ sized, final, attempt: found })
      return isWithin(found)
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      failure = error
      attempts.push({ size, cost, validation: null, worse: null, allowed: null, diverged: error.message })
      return false
    }
  }
  const ended = (kept: Omit<(typeof trained)[number], 'attempt'>, within: boolean | null) => {
    hooks.emit({ type: 'kept', size: kept.sized.size })
    const tolerated = { tolerance, attempts, kept: kept.sized.size, within }
    return { chosen: kept.sized, final: kept.final, tolerated }
  }
  let [low, high] = [0, sorted.length - 1]
  const isKnown = Number.isFinite(valueOf(trial.metric, unpruned[trial.metric] ?? null))
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

const worseOf = ({ worse }: Attempt): number => worse ?? Infinity

const isWithin = ({ worse, allowed }: Attempt): boolean =>
  worse !== null && allowed !== null && worse <= allowed

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

/**
 * Compares a retrained network with the unpruned one on validation: how much worse it is, and how much worse
 * it may be, by the measure with the least room left; null if either has no metric.
 */
function compare(
  trial: Trial,
  { graph, values }: Retrained,
  unpruned: Compared,
  tolerance: number,
): Pick<Attempt, 'worse' | 'allowed' | 'by'> {
  const own = withNetwork(graph, values, (network) => comparedOf(trial, network))
  const names = measuresOf(trial.metric)
  const found = names.map((name) => difference(trial, name, own[name], unpruned[name], tolerance))
  const least = found.reduce((a, b) => (room(b) < room(a) ? b : a))
  return names.length === 1 ? least : { ...least, by: names[found.indexOf(least)]! }
}

/** How much of the allowed difference is left. */
const room = ({ worse, allowed }: Pick<Attempt, 'worse' | 'allowed'>): number =>
  worse === null || allowed === null ? -Infinity : allowed - worse

function difference(
  { data, config, random }: Trial,
  name: MetricName,
  own: RowSums | undefined,
  unpruned: RowSums | undefined,
  tolerance: number,
): Pick<Attempt, 'worse' | 'allowed'> {
  const [mine, theirs] = [valueOf(name, own ?? null), valueOf(name, unpruned ?? null)]
  if (!own || !unpruned || !isNumber(mine) || !isNumber(theirs)) return { worse: null, allowed: null }
  const base = errorOf(name, theirs)
  const resampling = resamplingOf(data.dataset, config.split, data.splits.validation)
  const drawn = bootstrap(name, [own, unpruned], resampling, random)
  const spread = drawn ? deviation(drawn[0]!.map((value, i) => value - drawn[1]![i]!)) : 0
  const unit = base > 0 ? base : 1
  const chance = Math.min(spread / unit, mostChance)
  return { worse: (errorOf(name, mine) - base) / unit, allowed: Math.max(tolerance, chance) }
}

const isNumber = (value: number | null): value is number => Number.isFinite(value)

/** The standard deviation of the finite values; 0 if there are none. */
function deviation(values: Float64Array): number {
  const finite = values.filter(Number.isFinite)
  const mean = finite.reduce((sum, each) => sum + each, 0) / finite.length
  return finite.length === 0
    ? 0
    : Math.sqrt(finite.reduce((sum, each) => sum + (each - mean) ** 2, 0) / finite.length)
}
