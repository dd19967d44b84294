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

/**
 * Writes a file so that after a crash, or for another reader, it has either the old content or the new one,
 * never a part.
 */
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

/**
 * Flushes a folder's entries to the disk, if the system lets folders be opened, so that a new name survives a
 * power cut.
 */
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
    // Some file systems do not support this; the files themselves are on the disk.
  } finally {
    closeSync(folder)
  }
}

/**
 * Makes a folder and its parents. Node's own `recursive` option never returns if a folder cannot be made
 * (/proc).
 */
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

/** Writes JSON with two spaces and a line feed at the end, as every JSON file of a run has. */
export function writeJson(path: string, value: unknown): void {
  writeAtomic(path, jsonText(value))
}

/** The SHA-256 of some bytes or text, in hexadecimal. */
export const nodeSha256: Sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
