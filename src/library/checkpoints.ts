import { mkdirSync } from 'node:fs'
import { readCheckpoint, writeCheckpoint } from '../runs/checkpoint-file.js'
import type { Checkpoint } from '../search/state.js'

/** Where a search leaves its state while it runs, and finds it when it is started again. */
export interface CheckpointStore {
  last(): Checkpoint | undefined
  save(checkpoint: Checkpoint): void
}

/** Keeps the last state as long as the program runs. */
export function memoryCheckpoints(): CheckpointStore {
  let last: Checkpoint | undefined
  return { last: () => last, save: (checkpoint) => void (last = checkpoint) }
}

/** Keeps the last state in a folder, which is made where it is not there; a crash leaves the one before. */
export function fileCheckpoints(folder: string): CheckpointStore {
  mkdirSync(folder, { recursive: true })
  return {
    last: () => readCheckpoint(folder),
    save: (checkpoint) => writeCheckpoint(folder, checkpoint),
  }
}
