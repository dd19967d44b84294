import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeSha256 } from './files.js'
import { damaged, notAsWritten, readSealed, writeSealed } from './sealed.js'

/** The file in a run's folder that holds the hashes of the others. */
export const checksumsFile = 'checksums.json'

/** The hashes of the files that a run wrote and of the data that it used. */
export interface Checksums {
  readonly format: 'sentei-checksums/1'
  /** The hash of the data. */
  readonly data?: string
  /** SHA-256 of files, by their path in the folder. */
  readonly files: Readonly<Record<string, string>>
}

/** Writes the hashes of a run's files, and of its data. */
export function writeChecksums(folder: string, files: Checksums['files'], data: string | undefined): void {
  const checksums: Checksums = { format: 'sentei-checksums/1', data, files }
  writeSealed(join(folder, checksumsFile), checksums)
}

/** The hashes of a folder's files as they are now. */
export const hashesOf = (folder: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, nodeSha256(readFileSync(join(folder, name)))]))

/** The recorded hashes of a run's files; undefined for a run made before they were recorded. */
export function readChecksums(folder: string): Checksums | undefined {
  const path = join(folder, checksumsFile)
  const remedy = 'restore it from a copy, or remove it: the run is then read without looking for damage'
  const record = readSealed(path, remedy)
  if (!record) return undefined
  const { files } = record.value
  if (!record.sealed || typeof files !== 'object' || files === null) throw damaged(path, notAsWritten, remedy)
  return record.value as unknown as Checksums
}

/**
 * The content of a file in a run's folder, undefined if there is none. Throws an InputError if it is missing
 * though the run wrote it, or not what the run wrote. A file without a recorded hash is accepted as it is.
 */
export function readKept(folder: string, name: string): Buffer | undefined {
  const path = join(folder, name)
  const wanted = readChecksums(folder)?.files[name]
  const remedy = remedyFor(folder, name)
  if (!existsSync(path)) {
    if (wanted === undefined) return undefined
    throw damaged(path, 'no such file, though the run wrote it', remedy)
  }
  if (!statSync(path).isFile()) throw damaged(path, 'expected a file', remedy)
  const bytes = readFileSync(path)
  if (wanted !== undefined && nodeSha256(bytes) !== wanted) throw damaged(path, notAsWritten, remedy)
  return bytes
}

/** Reads every file that has a recorded hash. Throws at the first that is damaged. */
export function verifyKept(folder: string): void {
  for (const name of Object.keys(readChecksums(folder)?.files ?? {})) readKept(folder, name)
}

/** The remedy for a damaged file of a run. Results that come after the search can be made again. */
export function remedyFor(folder: string, name: string): string {
  const copy = 'restore it from a copy'
  if (name === 'config.json') return `${copy}, or search again into another folder`
  if (!existsSync(join(folder, 'checkpoint'))) return `${copy}, or retrain into another folder`
  if (!existsSync(join(folder, 'metrics.json')))
    return `${copy}, or "sentei resume ${folder}": it makes what comes behind the checkpoint again`
  return `${copy}, or remove ${join(folder, 'metrics.json')} and "sentei resume ${folder}": it makes the results again, from the checkpoint on`
}
