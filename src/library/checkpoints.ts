import type { Event } from '../events/types.js'
import type { Checkpoint } from '../search/state.js'

/** The state of a search with the events up to it. */
export interface SavedSearch {
  readonly checkpoint: Checkpoint
  readonly events: readonly Event[]
}

/** Where a search saves its state, and from where it continues when it is started again. */
export interface CheckpointStore {
  last(): SavedSearch | undefined
  save(saved: SavedSearch): void
}

/** Keeps the last state in memory, until the program ends. */
export function memoryCheckpoints(): CheckpointStore {
  let last: SavedSearch | undefined
  return {
    last: () => last,
    save: ({ checkpoint, events }) => void (last = { checkpoint, events: [...events] }),
  }
}
