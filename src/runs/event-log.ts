import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../base/files.js'
import type { Event } from '../events/types.js'
import type { LogMark } from '../search/state.js'
import { eventsFile, logUntil } from './log-mark.js'

/** Appends events to a run's `events.jsonl`, a line each. Owns the open file; close it. */
export interface EventLog {
  append(event: Event): void
  /** Puts the log on the disk and says how far it goes: only then may a checkpoint speak of it. */
  mark(): Required<LogMark>
  close(): void
}

/**
 * Opens a run's event log, cut to what a checkpoint says: what came after it will come again. Throws an InputError that
 * ends with `remedy` where the log is shorter, or begins otherwise.
 */
export function openEventLog(folder: string, until: LogMark = { bytes: 0 }, remedy = ''): EventLog {
  const path = join(folder, eventsFile)
  const hash = createHash('sha256').update(logUntil(folder, until, remedy))
  const file = openSync(path, 'a')
  ftruncateSync(file, until.bytes)
  syncFolder(folder)
  let bytes = until.bytes
  return {
    append(event) {
      const line = Buffer.from(`${JSON.stringify(event)}\n`)
      for (let done = 0; done < line.length;) done += writeSync(file, line, done)
      hash.update(line)
      bytes += line.length
    },
    mark() {
      fsyncSync(file)
      return { bytes, sha256: hash.copy().digest('hex') }
    },
    close: () => closeSync(file),
  }
}
