import * as tf from '@tensorflow/tfjs-core'
import { phaseAt } from '../../src/schedule/table.js'
import { freshProgress } from '../../src/search/progress.js'
import { supernetStepper } from '../../src/search/stepper.js'
import { batching } from '../../src/train/batching.js'
import type { Trial } from '../../src/trial/types.js'
import { contextOf, modelOf } from './trials.js'

const made: { dispose(): void }[] = []

/** Frees everything that was taken apart since the last call. */
export function disposeTaken(): void {
  for (const each of made.splice(0)) each.dispose()
}

/** A search taken apart: its model, stepper and progress, to be moved by hand; `disposeTaken` frees it. */
export function takenApart(trial: Trial) {
  const model = modelOf(trial)
  const { context, events } = contextOf(trial)
  const stepper = supernetStepper(model, trial.data, context)
  const batches = batching(trial.data, trial.data.splits.train, trial.config.search, trial.random, 'search')
  const pruning = {
    model,
    data: trial.data,
    context,
    stepper,
    progress: freshProgress(),
    used: trial.schedule,
  }
  made.push(stepper, model)
  return {
    ...pruning,
    pruning,
    events,
    set: (group: string, alpha: number[]) => model.setAlpha(group, tf.tensor1d(alpha)),
    step: (t: number) => stepper.step(t, batches.at(t), phaseAt(trial.schedule, t)),
    membersOf: (group: string) =>
      model.supernet.groups.find(({ name }) => name === group)?.members.map(({ name }) => name),
  }
}
