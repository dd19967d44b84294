import { rollBack, type Intervention } from '../config/intervention-schema.js'
import type { Stage } from '../events/types.js'
import type { Divergence } from './course.js'
import { Diverged } from './diverged.js'
import type { SearchOptions } from './training.js'

/** A training that diverged: where it stands, and under which settings. */
export interface Fallen {
  readonly stage: Stage
  readonly options: Pick<SearchOptions, 'weights' | 'rollback'>
  /** What was changed so far. */
  readonly interventions: readonly Intervention[]
  /** The iteration of the last good state, which it is back at. */
  readonly step: number
}

/** How a training goes on from its last good state: with a lower rate; or not, and then with the rate that it had there. */
export interface RollBack {
  readonly interventions: readonly Intervention[]
  readonly failure?: Diverged
}

/** What to do about a divergence. One answer for search, baseline and retraining. */
export function rolledBack({ stage, options, interventions, step }: Fallen, found: Divergence): RollBack {
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
  const why = `${found.why} at iteration ${found.step}`
  if (tried.length < options.rollback.tries) {
    const to = learningRate * options.rollback.factor
    return {
      interventions: [
        set('learningRate', to, why),
        // Cosine decay ends there: it must not climb.
        ...(minLearningRate > to ? [set('minLearningRate', to, why)] : []),
      ],
    }
  }
  const since = tried.filter((each) => each.step >= step)
  const first = (since[0]?.from as number | undefined) ?? learningRate
  const failure = new Diverged(stage, found, {
    step,
    rates: [...since.map(({ from }) => from as number), learningRate],
  })
  return { interventions: [set('learningRate', first, `${why}; lower rates did not help`)], failure }
}

/** The roll-backs that lowered a stage's rate since anybody else changed something. */
function lowered(interventions: readonly Intervention[], stage: Stage): Intervention[] {
  const last = interventions.findLastIndex(({ by }) => by !== rollBack)
  return interventions
    .slice(last + 1)
    .filter((each) => each.stage === stage && each.what.endsWith('.weights.learningRate'))
}

/** The part of the configuration that a stage is trained by. */
export const sectionOf = (stage: Stage): 'search' | 'retrain' => (stage === 'search' ? 'search' : 'retrain')
