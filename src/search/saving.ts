import type { Divergence } from '../train/course.js'
import { goBack, keepGood } from '../train/roll-back.js'
import type { Checkpoint, Loop } from './state.js'

/** The whole state before iteration `step`. */
export function stateOf(
  { stepper, context, progress, source, record, origin }: Omit<Loop, 'good'>,
  step: number,
): Checkpoint {
  stepper.drainInto(progress)
  const planner = source.state?.()
  return {
    step,
    identity: context.identity,
    origin,
    progress: structuredClone(progress),
    ...stepper.checkpoint(),
    lambdas: record.arrays(),
    ...(planner !== undefined && { planner: structuredClone(planner) }),
  }
}

/** Saves the state before iteration `step`, together with the last good state if that is another one. */
export function save(loop: Loop, step: number): void {
  const { context, good, progress } = loop
  const state = stateOf(loop, step)
  context.save(good.step === step || progress.finished ? state : { ...state, good })
}

/**
 * Saves the state at the end of an epoch, and keeps it as the last good one if the epoch was calm. Returns
 * the divergence if a number in it is not finite.
 */
export function keep(loop: Loop, step: number, calm: boolean): Divergence | undefined {
  const state = stateOf(loop, step)
  const divergence = keepGood(loop, state, calm)
  if (!divergence) loop.context.save(calm ? state : { ...state, good: loop.good })
  return divergence
}

/** Restores a state. */
export function restore({ stepper, source, record, progress }: Omit<Loop, 'good'>, from: Checkpoint): void {
  stepper.restore(from)
  record.restore(from.lambdas)
  if (from.planner !== undefined) source.restore?.(from.planner)
  delete progress.finished
  Object.assign(progress, structuredClone(from.progress))
}

/**
 * Goes back to the last good state, as every training does, and returns the next iteration. If nothing helps, it
 * saves that state, and the search fails.
 */
export function returnToGood(loop: Loop, divergence: Divergence): number {
  const returning = { ...loop, stage: 'search' as const, restore: (from: Checkpoint) => restore(loop, from) }
  const { step, failure } = goBack(returning, divergence)
  if (!failure) return step
  save(loop, step)
  throw failure
}
