import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeJson } from '../base/files.js'
import type { Event } from '../events/types.js'
import { readCheckpoint, writeCheckpoint } from '../runs/checkpoint-file.js'
import type { CheckpointStore } from './checkpoints.js'

/** Keeps the last state in a folder, which is created if needed. A crash leaves the previous state intact. */
export function fileCheckpoints(folder: string): CheckpointStore {
  mkdirSync(folder, { recursive: true })
  const log = join(folder, 'events.json')
  return {
    last() {
      const checkpoint = readCheckpoint(folder)
      if (!checkpoint) return undefined
      const told = existsSync(log) ? (JSON.parse(readFileSync(log, 'utf8')) as Event[]) : []
      // After a crash between the two writes, the log is ahead of the checkpoint.
      const events = told.filter((event) => !('step' in event) || event.step <= checkpoint.step)
      return { checkpoint, events }
    },
    save({ checkpoint, events }) {
      writeJson(log, events)
      writeCheckpoint(folder, checkpoint)
    },
  }
}
