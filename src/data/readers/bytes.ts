import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { InputError } from '../../base/errors.js'

/** The bytes of a file, unpacked where they are gzip (told by its first bytes). `what` is for the error. */
export function readBytes(path: string, what: string): Buffer {
  try {
    const bytes = readFileSync(path)
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : message
    throw new InputError(`data: expected ${what}, got "${path}" (${reason})`)
  }
}
