import type { Event } from './types.js'

/** The events at the beginning of a search. The log of a resumed search already contains them. */
export const beginning: ReadonlySet<string> = new Set<Event['type']>(['start', 'lessons', 'try'])
