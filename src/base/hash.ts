import { sha256 as hasher } from '@noble/hashes/sha2.js'

/** A hash function: the SHA-256 of some bytes or texts, one after another, in hexadecimal. */
export type Sha256 = (...parts: (string | Uint8Array)[]) => string

/**
 * The SHA-256 in pure JavaScript, which runs everywhere. For large data use Node's own (`files.ts`), which is
 * ten times as fast.
 */
export const sha256: Sha256 = (...parts) => {
  const hash = hasher.create()
  for (const part of parts) hash.update(typeof part === 'string' ? new TextEncoder().encode(part) : part)
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
