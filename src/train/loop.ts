import { nextTurn } from '../base/next-turn.js'
import type { Divergence } from './course.js'

/** A training as the loop uses it. */
export interface Training {
  /** The most steps. */
  readonly steps: number
  readonly signal?: AbortSignal | undefined
  /** Whether the training is over before its last step. */
  ended(step: number): boolean
  /** Performs step t, counted from 0, and what is due after it. Returns the divergence, if one was found. */
  step(t: number): Divergence | undefined
  /** The step that follows step t, without which it is t + 1. */
  next?(t: number): number
  /** Called when a training seems to be over after `step` steps. Returns the divergence, if one was found. */
  fault(step: number): Divergence | undefined
  /**
   * Goes back to the last good state, from which training continues with other settings, and returns its
   * step. Throws if nothing helps.
   */
  goBack(divergence: Divergence): number
}

/** Every this many steps, the loop lets signals and other work of the process run. */
const breath = 4

/**
 * The loop of every training, of supernets and of discrete networks. It performs step after step from `from`
 * on and goes back if the training diverges, until the training is over or a signal stops it. Returns the
 * number of steps done.
 */
export async function runTraining(
  training: Training,
  from: number,
): Promise<{ readonly step: number; readonly interrupted: boolean }> {
  let step = from
  for (;;) {
    while (step < training.steps && !training.ended(step)) {
      if (training.signal?.aborted) return { step, interrupted: true }
      const divergence = training.step(step)
      step = divergence ? training.goBack(divergence) : (training.next?.(step) ?? step + 1)
      if (step % breath === 0) await nextTurn()
    }
    const divergence = training.fault(step)
    if (!divergence) return { step, interrupted: false }
    step = training.goBack(divergence)
  }
}
