import { nextTurn } from '../base/next-turn.js'
import type { Divergence } from './course.js'

/** A training, as its loop sees it. */
export interface Training {
  /** Steps at most. */
  readonly steps: number
  readonly signal?: AbortSignal | undefined
  /** Is it over before its last step? */
  ended(step: number): boolean
  /** Step t, counted from 0, and what is due behind it; by what it diverges, where it does. */
  step(t: number): Divergence | undefined
  /** By what a training that seems to be over, so many steps done, turns out to have diverged. */
  fault(step: number): Divergence | undefined
  /** Goes back to the last good state and on in another way: the step it stands at. Throws where nothing helps. */
  goBack(found: Divergence): number
}

/** After so many steps signals and other work of the process come through. */
const breath = 4

/**
 * The loop of every training, of supernets and of discrete networks: step after step from `from` on, back where it
 * diverges, until it is over or a signal stops it. Says how many steps are done then.
 */
export async function runTraining(
  training: Training,
  from: number,
): Promise<{ readonly step: number; readonly interrupted: boolean }> {
  let step = from
  for (;;) {
    while (step < training.steps && !training.ended(step)) {
      if (training.signal?.aborted) return { step, interrupted: true }
      const found = training.step(step)
      step = found ? training.goBack(found) : step + 1
      if (step % breath === 0) await nextTurn()
    }
    const found = training.fault(step)
    if (!found) return { step, interrupted: false }
    step = training.goBack(found)
  }
}
