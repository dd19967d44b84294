import { rollBack } from '../config/intervention-schema.js'
import type { Event, Stage } from '../events/types.js'
import type { EventOf } from '../events/types.js'

/** The failure that a run's events end with; undefined where it goes on, was killed, or is finished. */
export function failureOf(events: readonly Event[]): EventOf<'failed'> | undefined {
  const last = events.at(-1)
  return last?.type === 'failed' ? last : undefined
}

/**
 * Events without those that roll-backs made void: a stage that went back to an iteration told what came behind it again.
 * Of several retrainings that of the size that was kept stands, or the last one where none was yet.
 */
export function withoutVoid(events: readonly Event[]): Event[] {
  const kept = events.findLast((event) => event.type === 'kept')
  let standing: Event[] = []
  let before: Event[] = []
  let size: number | null | undefined
  for (const event of events) {
    if (event.type === 'attempt') {
      // A retraining of its own: a roll-back in it says nothing of the one before.
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
  // A phase begins with the iteration, everything else is told behind it.
  return event.step > step || (event.type === 'phase' && event.step === step)
}
