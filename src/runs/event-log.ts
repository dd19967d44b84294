import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../base/files.js'
import type { Event } from '../events/types.js'
import type { LogMark } from '../search/state.js'
import { eventsFile, logUntil } from './log-mark.js'

/** Appends events to a run's `events.jsonl`, one per line. Owns the open file, which the caller closes. */
export interface EventLog {
  append(event: Event): void
  /**
   * Flushes the log to the disk and returns its length and hash. A checkpoint may only refer to this part.
   */
  mark(): Required<LogMark>
  close(): void
}

/**
 * Opens a run's event log and truncates it to the part to which a checkpoint refers: later events will be
 * emitted again. Throws an InputError that ends with `remedy` if the log is shorter than that part or differs
 * from it.
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
