import { rollBack, type Intervention } from '../config/intervention-schema.js'
import type { Stage } from '../events/types.js'
import type { Divergence } from './course.js'
import { Diverged } from './diverged.js'
import type { SearchOptions } from './training.js'

/** A training that diverged: where it stands, and its settings. */
export interface Fallen {
  readonly stage: Stage
  readonly options: Pick<SearchOptions, 'weights' | 'rollback'>
  /** The changes of settings so far. */
  readonly interventions: readonly Intervention[]
  /** The iteration of the last good state, to which the training has gone back. */
  readonly step: number
}

/**
 * How a training continues from its last good state: with a lower learning rate; or not at all (`failure`),
 * with the rate restored to what it was in that state.
 */
export interface RollBack {
  readonly interventions: readonly Intervention[]
  readonly failure?: Diverged
}

/** Decides what to do about a divergence. Search, baseline and retraining use the same rule. */
export function rolledBack(
  { stage, options, interventions, step }: Fallen,
  divergence: Divergence,
): RollBack {
  const { learningRate, minLearningRate } = options.weights
  const tried = lowered(interventions, stage)
  const set = (key: 'learningRate' | 'minLearningRate', to: number, why: string): Intervention => ({
    stage,
    step,
    what: `${sectionOf(stage)}.weights.${key}`,
    from: options.weights[key],
    to,
    by: rollBack,
    why,
  })
  const why = `${divergence.why} at iteration ${divergence.step}`
  if (tried.length < options.rollback.tries) {
    const to = learningRate * options.rollback.factor
    return {
      interventions: [
        set('learningRate', to, why),
        // Cosine decay ends at the minimum, so the minimum must not exceed the rate.
        ...(minLearningRate > to ? [set('minLearningRate', to, why)] : []),
      ],
    }
  }
  const since = tried.filter((each) => each.step >= step)
  const first = (since[0]?.from as number | undefined) ?? learningRate
  const failure = new Diverged(stage, divergence, {
    step,
    rates: [...since.map(({ from }) => from as number), learningRate],
  })
  return { interventions: [set('learningRate', first, `${why}; lower rates did not help`)], failure }
}

/** The roll-backs that lowered a stage's rate since the last intervention of another kind. */
function lowered(interventions: readonly Intervention[], stage: Stage): Intervention[] {
  const last = interventions.findLastIndex(({ by }) => by !== rollBack)
  return interventions
    .slice(last + 1)
    .filter((each) => each.stage === stage && each.what.endsWith('.weights.learningRate'))
}

/** The section of the configuration that holds a stage's training settings. */
export const sectionOf = (stage: Stage): 'search' | 'retrain' => (stage === 'search' ? 'search' : 'retrain')
