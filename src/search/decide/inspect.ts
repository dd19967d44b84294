import { observeFading } from '../removal/ablation.js'
import type { Pruning } from '../state.js'
import { removeClosed, removeWeak } from './closing.js'
import { closedMembers, weakMembers } from './streaks.js'

/**
 * Inspects the gates: reports them, measures members that begin to fade, and inside the prune window removes
 * those that were 0, or weak, for long enough.
 */
export function inspect(pruning: Pruning, step: number, evaluated: boolean): void {
  const { model, context, progress } = pruning
  const { prune, replay } = context.schedule
  const weights = model.gateValues()
  context.emit({ type: 'gates', step, weights })
  observeFading(pruning, weights, step)
  const { groups } = model.supernet
  const closed = closedMembers(progress.streaks, groups, weights, prune)
  const weak = evaluated ? weakMembers(progress.streaks, groups, weights, prune) : new Map<string, never>()
  if (step < prune.from || replay) return
  removeClosed(pruning, closed, step)
  progress.jumps += removeWeak(pruning, weak, step)
}
