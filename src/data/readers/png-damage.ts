import { damageOf } from './damage.js'

/** Bytes before the first chunk, and those of a chunk beside what it holds: length, kind, checksum. */
const [signature, around] = [8, 12]

/** The PNG's last chunk. */
const lastKind = 'IEND'

/**
 * What is wrong with a PNG file that could not be decoded, and what may help. Decoders tell of it in the words
 * of their own parts, which say nothing to whoever has the file.
 */
export function pngDamage(bytes: Buffer, error: unknown): string {
  for (let at = signature; at + around <= bytes.length;) {
    const next = at + around + bytes.readUInt32BE(at)
    const kind = bytes.toString('latin1', at + 4, at + 8)
    if (kind === lastKind)
      return `got one with damaged bytes${reasonOf(error)}; copy it again, or save it anew`
    if (next > bytes.length) break
    at = next
  }
  return `got one that was cut short: it ends after ${bytes.length.toLocaleString('en-US')} bytes, before its last part; copy or download it again`
}

/** A checksum that does not fit is the one reason that a decoder tells in plain words. */
const reasonOf = (error: unknown): string =>
  /crc/i.test(damageOf(error)) ? ' (a checksum does not fit)' : ''
