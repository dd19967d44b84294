import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readChecksums } from '../base/checksums.js'
import { nodeSha256 } from '../base/files.js'
import { damaged, notAsWritten } from '../base/sealed.js'
import type { LogMark } from '../search/state.js'
import { readCheckpoint } from './checkpoint-file.js'

/** The file of a run's events. */
export const eventsFile = 'events.jsonl'

/** The part of a run's log to which a checkpoint refers. Throws if the log is shorter or differs from it. */
export function logUntil(folder: string, mark: LogMark, remedy: string): Buffer {
  const path = join(folder, eventsFile)
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  return partUntil(log, mark, path, remedy)
}

/**
 * Reads a run's log with `read`. An unfinished run's log has no hash of its own yet, so that it is checked
 * against the last checkpoint, unless that cannot be read. Throws if the log does not contain what the
 * checkpoint refers to.
 */
export function requireMarked(folder: string, read: () => Buffer | undefined): Buffer | undefined {
  // The checkpoint is read first: the log that it refers to was on the disk before it.
  const mark = readChecksums(folder)?.files[eventsFile] === undefined ? markOf(folder) : undefined
  const log = read()
  const remedy = `"sentei resume ${folder}" says what can be done`
  if (log && mark) partUntil(log, mark, join(folder, eventsFile), remedy)
  return log
}

function partUntil(log: Buffer, { bytes, sha256: hash }: LogMark, path: string, remedy: string): Buffer {
  if (log.length < bytes)
    throw damaged(path, `expected the ${bytes} bytes that the checkpoint records, got ${log.length}`, remedy)
  const part = log.subarray(0, bytes)
  if (hash !== undefined && nodeSha256(part) !== hash) throw damaged(path, notAsWritten, remedy)
  return part
}

function markOf(folder: string): LogMark | undefined {
  try {
    return readCheckpoint(join(folder, 'checkpoint'))?.log
  } catch {
    return undefined
  }
}
