import { rollBack, type Intervention } from '../config/intervention-schema.js'
import type { Stage } from '../events/types.js'
import type { LoopContext } from './context.js'
import type { Divergence } from './course.js'
import { allFinite, Diverged } from './diverged.js'
import { intervene, type Steered } from './steered.js'
import type { SearchOptions } from './training.js'

/** The state of a training, to which it can return. What a search needs to continue elsewhere extends it. */
export interface TrainingState {
  /** The next step. */
  readonly step: number
  /** Weights, and all that steps move besides, by names whose prefixes tell what they are. */
  readonly arrays: ReadonlyMap<string, Float32Array>
}

/** A training that goes back if it diverges. */
export interface Returning<State extends TrainingState> {
  /** The last good state. */
  readonly good: State
  readonly stage: Stage
  readonly progress: Steered
  /** Its settings follow the interventions in `progress`. */
  readonly context: { readonly options: Fallen['options']; emit: LoopContext['emit'] }
  /** Puts the training, and its progress, into a state that it was in before. */
  restore(state: State): void
}

/**
 * Keeps a state as the last good one, if the epoch before it was calm. Returns the divergence if a number in it
 * is not finite.
 */
export function keepGood<State extends TrainingState>(
  training: { good: State },
  state: State,
  calm: boolean,
): Divergence | undefined {
  if (![...state.arrays.values()].every(allFinite)) return { step: state.step, why: 'a weight is not finite' }
  if (calm) training.good = state
  return undefined
}

/**
 * Returns to the last good state, from which the training continues with a lower learning rate, and gives the
 * next step. If that was tried often enough, the state has its own rate, and there is a `failure`. Interventions
 * made since that state remain in force. Search, baseline and retraining use the same rule.
 */
export function goBack<State extends TrainingState>(
  training: Returning<State>,
  divergence: Divergence,
): { readonly step: number; readonly failure?: Diverged } {
  const { good, progress, context, stage } = training
  const { step } = good
  const changed = progress.interventions
  training.restore(good)
  progress.interventions = changed.filter((each) => each.step <= step)
  const fallen = { stage, options: context.options, interventions: changed, step }
  const { interventions, failure } = rolledBack(fallen, divergence)
  intervene(training, interventions)
  intervene(
    training,
    changed.filter((each) => each.step > step).map((each) => ({ ...each, step })),
  )
  return { step, failure }
}

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

/** Decides what to do about a divergence. */
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
