import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from './errors.js'
import type { Sha256 } from './hash.js'
import { jsonText } from './json.js'

export { packagePath } from './package-path.js'

/** Writes a file so that a reader (or a crash) sees the old content or the new one, never half of it. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new InputError(`${path}: expected a file, got a folder`)
  makeFolder(dirname(resolve(path)))
  const temporary = `${path}.${process.pid}.tmp`
  const file = openSync(temporary, 'w')
  try {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
    syncFolder(dirname(resolve(path)))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Puts a folder's entries on the disk, where the system lets folders be opened: a new name outlives a power cut. */
export function syncFolder(path: string): void {
  let folder: number
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(folder)
  } catch {
    // Some file systems know no such thing; the files themselves are on the disk.
  } finally {
    closeSync(folder)
  }
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a folder cannot be made (/proc). */
export function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** JSON with two spaces and a line feed at the end, as every JSON file of a run is written. */
export function writeJson(path: string, value: unknown): void {
  writeAtomic(path, jsonText(value))
}

/** The SHA-256 of some bytes or text, in hexadecimal. */
export const sha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
