import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeJson } from '../base/files.js'
import type { Event } from '../events/types.js'
import { readCheckpoint, writeCheckpoint } from '../runs/checkpoint-file.js'
import type { Checkpoint } from '../search/state.js'

/** Where a search stood, and what it had told by then. */
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

/** Keeps the last state in a folder, which is made where it is not there; a crash leaves the one before. */
export function fileCheckpoints(folder: string): CheckpointStore {
  mkdirSync(folder, { recursive: true })
  const log = join(folder, 'events.json')
  return {
    last() {
      const checkpoint = readCheckpoint(folder)
      if (!checkpoint) return undefined
      const told = existsSync(log) ? (JSON.parse(readFileSync(log, 'utf8')) as Event[]) : []
      // A crash between the two files leaves a log that is ahead.
      const events = told.filter((event) => !('step' in event) || event.step <= checkpoint.step)
      return { checkpoint, events }
    },
    save({ checkpoint, events }) {
      writeJson(log, events)
      writeCheckpoint(folder, checkpoint)
    },
  }
}
