import type { Event } from '../events/types.js'
import type { Checkpoint } from '../search/state.js'

/** The state of a search, and its events until then. */
export interface SavedSearch {
  readonly checkpoint: Checkpoint
  readonly events: readonly Event[]
}

/** Where a search leaves its state while it runs, and finds it when it is started again. */
export interface CheckpointStore {
  last(): SavedSearch | undefined
  save(saved: SavedSearch): void
}

/** Keeps the last state as long as the program runs. */
export function memoryCheckpoints(): CheckpointStore {
  let last: SavedSearch | undefined
  return {
    last: () => last,
    save: ({ checkpoint, events }) => void (last = { checkpoint, events: [...events] }),
  }
}
