import { Diverged } from '../train/diverged.js'
import { comparedNetwork } from './compared.js'
import type { Attempt, Baseline, Compared, Retrained, Sized } from './figures.js'
import { retrainArchitecture } from './retrain-architecture.js'
import type { Trial, TrialHooks } from './types.js'

/** A size that was retrained, and what it is compared by. */
export interface TriedSize {
  readonly sized: Sized
  readonly final: Retrained
  readonly compared: Compared
}

/** Retrains a size, and returns the error if its training diverges. */
export async function trySize(
  trial: Trial,
  hooks: TrialHooks,
  sized: Sized,
  reference: Baseline | null,
): Promise<TriedSize | Diverged> {
  const { size, cost, architecture } = sized
  hooks.emit({ type: 'attempt', size, cost })
  try {
    const final = await retrainArchitecture(trial, hooks, architecture, reference)
    return { sized, final, compared: comparedNetwork(trial, final) }
  } catch (error) {
    if (!(error instanceof Diverged)) throw error
    return error
  }
}

/** What metrics say of a size whose training diverged. */
export const divergedAttempt = ({ size, cost }: Sized, { message }: Diverged): Attempt => ({
  size,
  cost,
  validation: null,
  worse: null,
  allowed: null,
  diverged: message,
})
