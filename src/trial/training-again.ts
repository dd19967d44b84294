import { randomSource } from '../base/random.js'
import type { Architecture } from '../supernet/types.js'
import { isUnpruned, teacherFor } from './baseline.js'
import { calibrated } from './calibrate.js'
import type { Baseline, Retrained } from './figures.js'
import { networkToRetrain } from './retrain-architecture.js'
import { retrainStage } from './retrain-stage.js'
import type { Trial, TrialHooks } from './types.js'

/** Trains the network that is judged once more, with another seed. Throws Diverged and Interrupted. */
export type TrainingAgain = (seed: number) => Promise<Retrained>

/** How an architecture of a trial was trained, beside its seed. */
export interface Lineage {
  readonly architecture: Architecture
  /** The weights of the search, if the training began with them. */
  readonly inherited?: ReadonlyMap<string, Float32Array> | undefined
  /** The unpruned supernet, from which it learnt. */
  readonly baseline: Baseline | null
}

/**
 * Trains an architecture as it was trained, from the same teacher and on the same rows, but for the seed of
 * initial values, batches and augmentation. Its evaluations are not told: they are none of the run's model.
 */
export const trainingAgain =
  (trial: Trial, hooks: TrialHooks, { architecture, inherited, baseline }: Lineage): TrainingAgain =>
  async (seed) => {
    hooks.emit({ type: 'again', seed })
    const other = { ...trial, random: randomSource(seed) }
    const { graph, initial } = networkToRetrain(trial, architecture, inherited)
    const teacher = isUnpruned(trial, { graph, initial }) ? undefined : teacherFor(trial, baseline)
    const quiet = { ...hooks, emit: () => undefined }
    return calibrated(other, await retrainStage(other, quiet, 'retrain', graph, initial, teacher))
  }
