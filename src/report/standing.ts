import { rollBack } from '../config/intervention-schema.js'
import type { Event, Stage } from '../events/types.js'
import type { EventOf } from '../events/types.js'

/** The failure with which a run's events end; undefined if the run goes on, was killed, or is finished. */
export function failureOf(events: readonly Event[]): EventOf<'failed'> | undefined {
  const last = events.at(-1)
  return last?.type === 'failed' ? last : undefined
}

/**
 * Removes events that are void. A roll-back voids the later events of its stage, which are emitted again. Of
 * several retrainings, only the one of the size that was kept counts or, if none was kept yet, the last one.
 */
export function withoutVoid(events: readonly Event[]): Event[] {
  const kept = events.findLast((event) => event.type === 'kept')
  let standing: Event[] = []
  let before: Event[] = []
  let size: number | null | undefined
  for (const event of events) {
    if (event.type === 'attempt') {
      // Each attempt is a retraining of its own, whose roll-backs do not affect the one before.
      before =
        kept && kept.size === size
          ? [...before, ...standing]
          : [...before, ...standing.filter(isNoRetraining)]
      standing = []
      size = event.size
    }
    if (event.type === 'kept' && event.size !== size) standing = standing.filter(isNoRetraining)
    if (event.type === 'intervention' && event.by === rollBack)
      standing = standing.filter((each) => !isVoid(each, event.stage, event.step))
    standing.push(event)
  }
  return [...before, ...standing]
}

const isNoRetraining = (event: Event): boolean => !('stage' in event && event.stage === 'retrain')

function isVoid(event: Event, stage: Stage, step: number): boolean {
  if (!('step' in event) || (('stage' in event && event.stage) || 'search') !== stage) return false
  // A phase event comes at the beginning of its iteration, all other events at the end.
  return event.step > step || (event.type === 'phase' && event.step === step)
}
