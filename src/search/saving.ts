import type { Divergence } from '../train/course.js'
import { allFinite } from '../train/diverged.js'
import { rolledBack } from '../train/roll-back.js'
import type { Checkpoint, Loop } from './state.js'
import { intervene } from './steering.js'

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
  if (![...state.arrays.values()].every(allFinite)) return { step, why: 'a weight is not finite' }
  if (calm) loop.good = state
  loop.context.save(calm ? state : { ...state, good: loop.good })
  return undefined
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
 * Goes back to the last good state and continues with a lower learning rate; returns the next iteration. If
 * that was tried often enough, it saves the good state with its own rate, and the search fails. Interventions
 * made since that state remain in force.
 */
export function goBack(loop: Loop, divergence: Divergence): number {
  const { good, progress, context } = loop
  const { step } = good
  const changed = progress.interventions
  restore(loop, good)
  progress.interventions = changed.filter((each) => each.step <= step)
  const fallen = { stage: 'search' as const, options: context.options, interventions: changed, step }
  const { interventions, failure } = rolledBack(fallen, divergence)
  intervene(loop, interventions)
  intervene(
    loop,
    changed.filter((each) => each.step > step).map((each) => ({ ...each, step })),
  )
  if (!failure) return step
  save(loop, step)
  throw failure
}
