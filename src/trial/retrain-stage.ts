import { Interrupted } from '../base/errors.js'
import type { Stage } from '../events/types.js'
import type { Graph } from '../nn/graph.js'
import type { Recipe } from '../train/recipe.js'
import type { Retrained } from './figures.js'
import { knownTeacher } from './known-teacher.js'
import { retrain } from './retrain.js'
import { taughtByTrees } from './taught-by-trees.js'
import type { Teacher } from './teacher.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Trains a discrete network as the configuration says, which without a teacher of the trial learns from that of
 * `data.teacher`, or from boosted trees.
 * Throws Interrupted if a signal stops it.
 */
export async function retrainStage(
  trial: Trial,
  { emit, signal, execute, clock }: TrialHooks,
  stage: Exclude<Stage, 'search'>,
  graph: Graph,
  initial: ReadonlyMap<string, Float32Array>,
  teacher?: Teacher,
  recipe?: Recipe,
): Promise<Retrained> {
  const { config, data, loss, metric, random } = trial
  const context = {
    options: config.retrain,
    stage,
    loss,
    metric,
    random,
    emit,
    teacher: teacher ?? knownTeacher(trial) ?? (await taughtByTrees(trial, signal)),
    recipe,
    signal,
    execute,
    ...(clock && { isOver: clock.training(stage === 'baseline' ? stage : 'retrain') }),
  }
  const trained = await retrain(graph, data, context, initial)
  if (trained.interrupted) throw new Interrupted(`interrupted in stage ${stage}`)
  return trained
}
