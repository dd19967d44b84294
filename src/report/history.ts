import type { Event, EventOf, GroupInfo, Stage } from '../events/types.js'

/** The events of one kind, in order. */
export function eventsOf<T extends Event['type']>(events: readonly Event[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}

/** The evaluations of one stage, in order. */
export function evaluationsOf(events: readonly Event[], stage: Stage): EventOf<'evaluation'>[] {
  return eventsOf(events, 'evaluation').filter((event) => event.stage === stage)
}

/** The start event. A resumed run emits it again, and the last one counts. */
export function startOf(events: readonly Event[]): EventOf<'start'> | undefined {
  return eventsOf(events, 'start').at(-1)
}

/** The end of the search's time axis: the last iteration that the plan or an event knows of, at least 1. */
export function lastStep(events: readonly Event[]): number {
  let last = Math.max(1, startOf(events)?.steps ?? 0)
  for (const event of events) {
    const inSearch = 'step' in event && (!('stage' in event) || event.stage === 'search')
    if (inSearch && event.step > last) last = event.step
  }
  return last
}

/** At most `count` items, evenly spaced, including the first and the last. */
export function thin<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  const last = items.length - 1
  return Array.from({ length: count }, (_, i) => items[Math.round((i * last) / (count - 1))]!)
}

/** The weights of one group's members over time; a removed member's weight is missing from then on. */
export interface GateHistory {
  readonly name: string
  readonly kind: GroupInfo['kind']
  readonly members: readonly string[]
  readonly times: readonly { readonly step: number; readonly weights: Readonly<Record<string, number>> }[]
  /** The iteration of each removed member's removal. */
  readonly removed: ReadonlyMap<string, number>
  /** Whether the whole group was removed because nothing reads it any more. */
  readonly gone: boolean
}
