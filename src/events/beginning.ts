import type { Event } from './types.js'

/** What a search begins with, which a log that goes on has already. */
export const beginning: ReadonlySet<string> = new Set<Event['type']>(['start', 'lessons', 'try'])
