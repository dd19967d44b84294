import { Interrupted } from '../base/errors.js'
import { nextTurn } from '../base/next-turn.js'
import { grownTrees } from './rivals/trees.js'
import type { KnownTeacher } from './teacher.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Boosted trees as a teacher, if `retrain.distillation.trees` asks for them: those that a run shows as a rival.
 * Throws Interrupted if a signal stops it.
 */
export async function taughtByTrees(
  trial: Trial,
  signal: TrialHooks['signal'],
): Promise<KnownTeacher | undefined> {
  const share = trial.config.retrain.distillation.trees ?? 0
  if (share === 0) return undefined
  const grown = await grownTrees({ ...trial, task: trial.config.objective.task }, async () => {
    await nextTurn()
    if (signal?.aborted) throw new Interrupted('interrupted while trees were trained')
  })
  return grown && { share, outputs: grown.outputs }
}
