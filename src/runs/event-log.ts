import { closeSync, existsSync, openSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../search/events.js'

/** Appends events to a run's `events.jsonl`, a line each. Owns the open file; close it. */
export interface EventLog {
  append(event: Event): void
  /** How long the file is: where a checkpoint's state ends. */
  readonly bytes: number
  close(): void
}

/** Opens a run's event log, cut to the first `bytes`: what came after the checkpoint will come again. */
export function openEventLog(folder: string, bytes = 0): EventLog {
  const path = join(folder, 'events.jsonl')
  if (existsSync(path)) truncateSync(path, bytes)
  const file = openSync(path, 'a')
  let written = bytes
  return {
    append(event) {
      written += writeSync(file, `${JSON.stringify(event)}\n`)
    },
    get bytes() {
      return written
    },
    close: () => closeSync(file),
  }
}
