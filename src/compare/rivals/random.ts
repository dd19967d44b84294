import { Failure } from '../../base/errors.js'
import { architectureOf } from '../../derive/architecture-of.js'
import { uniformGates } from '../../derive/network.js'
import { randomArchitecture } from '../../derive/random.js'
import { isBetter } from '../../objective/metrics.js'
import { architectureCosts } from '../../supernet/architecture-cost.js'
import type { Architecture, Supernet } from '../../supernet/types.js'
import { Diverged } from '../../train/diverged.js'
import { isTaught } from '../../trial/baseline.js'
import { networkToRetrain, retrainArchitecture } from '../../trial/retrain-architecture.js'
import { retrainStage } from '../../trial/retrain-stage.js'
import type { Trial, TrialHooks } from '../../trial/types.js'
import { networkFigures, secondsSince } from './outcome.js'
import { referenceOf } from './reference.js'
import type { Rival } from './types.js'

/** The number of architectures that share the steps of a search. */
const architectures = 8

/** The draws for each architecture that a budget may refuse. */
const tries = 250

/**
 * Random search at the cost of a scheduled one: 8 random architectures of the space share the steps of the
 * search, as many each, and train as `retrain` says without a teacher. The one of the best validation metric
 * is then retrained as a derived network is, from the same teacher. Sizes are random; under a budget they are
 * at most its limit.
 */
export const random: Rival = {
  byDefault: true,
  prunes: true,
  async run(trial, hooks) {
    const start = performance.now()
    const { best, steps } = await bestOf(trial, hooks)
    const search = secondsSince(start)
    const reference = isTaught(trial) ? await referenceOf(trial, hooks) : undefined
    const after = performance.now()
    const final = await retrainArchitecture(trial, hooks, best, reference?.baseline)
    return {
      ...networkFigures(trial, final, { searchSteps: steps }),
      seconds: { search, baseline: reference?.seconds ?? null, retrain: secondsSince(after) },
      baseline: reference?.baseline,
    }
  },
}

/** The best of the architectures by validation, and the steps that all of them took. */
async function bestOf(trial: Trial, hooks: TrialHooks): Promise<{ best: Architecture; steps: number }> {
  const { config, metric } = trial
  const count = Math.min(architectures, config.search.steps)
  const steps = Math.floor(config.search.steps / count)
  const { earlyStop: _, ...retrain } = config.retrain
  const evaluateEvery = Math.min(retrain.evaluateEvery, steps)
  const brief = { ...trial, config: { ...config, retrain: { ...retrain, steps, evaluateEvery } } }
  let best: { readonly architecture: Architecture; readonly validation: number | null } | undefined
  let failure: Diverged | undefined
  for (let index = 0; index < count; index++) {
    const architecture = drawn(trial, index)
    const { graph, initial } = networkToRetrain(trial, architecture)
    try {
      const { validation } = await retrainStage(brief, hooks, 'retrain', graph, initial)
      if (!best || (validation !== null && isBetter(metric, validation, best.validation)))
        best = { architecture, validation }
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      failure = error
    }
  }
  if (!best) throw failure!
  return { best: best.architecture, steps: steps * count }
}

/** A random architecture of a trial's space, within its budget if it has one. */
function drawn({ supernet, random: source, schedule, latency }: Trial, index: number): Architecture {
  const { budget } = schedule
  const fits = (left: Supernet): boolean =>
    budget === undefined || architectureCosts(left, budget.metric, latency)({}).cost <= budget.limit
  for (let attempt = 0; attempt < tries; attempt++) {
    const left = randomArchitecture(supernet, source, { index: index * tries + attempt })
    if (left && fits(left)) return architectureOf(supernet, left, uniformGates(left))
  }
  throw new Failure(
    budget
      ? `random: no architecture of at most ${budget.limit} ${budget.metric} in ${tries} draws; take a larger budget`
      : `random: no architecture in ${tries} draws`,
  )
}
