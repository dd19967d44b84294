import { existsSync, readFileSync } from 'node:fs'
import { InputError } from './errors.js'
import { nodeSha256, writeAtomic } from './files.js'
import { sealedText } from './json.js'

/** The content of a sealed file. `sealed` is false if it was written before there were hashes. */
export interface Unsealed {
  readonly value: Readonly<Record<string, unknown>>
  readonly sealed: boolean
}

/** Writes an object as JSON with the hash of its own content as its last key, `sha256`. */
export function writeSealed(path: string, value: object): void {
  writeAtomic(path, sealedText(value))
}

/**
 * Reads what `writeSealed` wrote; undefined if there is no such file. Throws an InputError that names the
 * file and ends with `remedy` if its content is not what was written.
 */
export function readSealed(path: string, remedy: string): Unsealed | undefined {
  if (!existsSync(path)) return undefined
  const { sha256: hash, ...value } = jsonObject(readFileSync(path), path, remedy)
  // A hash as the last value under another name is a seal whose key is damaged.
  const broken =
    hash === undefined ? isHash(Object.values(value).at(-1)) : hash !== nodeSha256(JSON.stringify(value))
  if (broken) throw damaged(path, notAsWritten, remedy)
  return { value, sealed: hash !== undefined }
}

const isHash = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** The JSON object in the bytes of a file. Throws an InputError that names the file for anything else. */
export function jsonObject(bytes: Uint8Array, path: string, remedy: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw damaged(path, 'expected a JSON document', remedy)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw damaged(path, 'expected a JSON object', remedy)
}

export const notAsWritten = 'damaged: its content is not what was written'

/** The error for a file that cannot be trusted: which one, why, and what to do. */
export const damaged = (path: string, why: string, remedy: string): InputError =>
  new InputError(`${path}: ${why}; ${remedy}`)
