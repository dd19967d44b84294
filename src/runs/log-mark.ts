import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readChecksums } from '../base/checksums.js'
import { sha256 } from '../base/files.js'
import { damaged, notAsWritten } from '../base/sealed.js'
import type { LogMark } from '../search/state.js'
import { readCheckpoint } from './checkpoint-file.js'

/** The file of a run's folder that its events are in. */
export const eventsFile = 'events.jsonl'

/** The part of a run's log that a checkpoint speaks of; throws where it is not there, or another one. */
export function logUntil(folder: string, mark: LogMark, remedy: string): Buffer {
  const path = join(folder, eventsFile)
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  return partUntil(log, mark, path, remedy)
}

/**
 * What `read` gives of a run's log. Where the run goes on, so that its log has no hash yet, the last checkpoint says what
 * it begins with. A checkpoint that cannot be read says nothing.
 */
export function requireMarked(folder: string, read: () => Buffer | undefined): Buffer | undefined {
  // The checkpoint first: whatever it speaks of was on the disk before.
  const mark = readChecksums(folder)?.files[eventsFile] === undefined ? markOf(folder) : undefined
  const log = read()
  const remedy = `"sentei resume ${folder}" says what can be done`
  if (log && mark) partUntil(log, mark, join(folder, eventsFile), remedy)
  return log
}

function partUntil(log: Buffer, { bytes, sha256: hash }: LogMark, path: string, remedy: string): Buffer {
  if (log.length < bytes)
    throw damaged(
      path,
      `expected the ${bytes} bytes that the checkpoint speaks of, got ${log.length}`,
      remedy,
    )
  const part = log.subarray(0, bytes)
  if (hash !== undefined && sha256(part) !== hash) throw damaged(path, notAsWritten, remedy)
  return part
}

function markOf(folder: string): LogMark | undefined {
  try {
    return readCheckpoint(join(folder, 'checkpoint'))?.log
  } catch {
    return undefined
  }
}
