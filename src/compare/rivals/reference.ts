import { trainBaseline } from '../../trial/baseline.js'
import type { Baseline } from '../../trial/figures.js'
import type { Trial, TrialHooks } from '../../trial/types.js'
import { secondsSince } from './outcome.js'

/** The unpruned supernet of a trial, and the seconds of its training: null if another trial trained it. */
export interface Reference {
  readonly baseline: Baseline
  readonly seconds: number | null
}

/** The unpruned supernet that the hooks have, or a newly trained one. */
export async function referenceOf(trial: Trial, hooks: TrialHooks): Promise<Reference> {
  if (hooks.baseline) return { baseline: hooks.baseline, seconds: null }
  const start = performance.now()
  const baseline = await trainBaseline(trial, hooks)
  return { baseline, seconds: secondsSince(start) }
}
