import { crc32, inflateRawSync } from 'node:zlib'
import { checkFits } from '../../base/limit.js'

/** One file of an archive. `read` unpacks it, and throws if its length or checksum is wrong. */
export interface ZipMember {
  readonly name: string
  readonly read: () => Uint8Array
}

/**
 * The members of a ZIP archive (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), stored or
 * deflated, with or without 64-bit sizes. They are looked up in the directory at the end, whose sizes are
 * checked against the archive and the limit of memory before anything is unpacked. Throws an Error with a
 * sentence as its message.
 */
export function zipMembers(archive: string, bytes: Buffer): ZipMember[] {
  const { count, at } = directory(bytes)
  const members: ZipMember[] = []
  let entry = at
  for (let i = 0; i < count; i++) {
    if (at < 0 || readU32(bytes, entry) !== 0x02014b50) throw new Error('its directory is damaged')
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => bytes.readUInt16LE(entry + field))
    const nameEnd = entry + 46 + nameSize!
    const name = bytes.toString('utf8', entry + 46, nameEnd)
    if (members.some((other) => other.name === name)) throw new Error(`it holds "${name}" twice`)
    const where = sizes(bytes, entry, bytes.subarray(nameEnd, nameEnd + extraSize!))
    members.push({ name, read: () => unpack(archive, name, bytes, where) })
    entry = nameEnd + extraSize! + commentSize!
  }
  return members
}

interface Place {
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  /** Where its local header begins. */
  readonly at: number
}

const readU32 = (bytes: Buffer, at: number): number | undefined =>
  at >= 0 && at + 4 <= bytes.length ? bytes.readUInt32LE(at) : undefined

/** The number of members, and where their directory begins, read from the record that ends the archive. */
function directory(bytes: Buffer): { count: number; at: number } {
  // The record is only followed by its comment, of at most 2¹⁶ − 1 bytes.
  for (let end = bytes.length - 22; end >= Math.max(0, bytes.length - 22 - 0xffff); end--) {
    if (readU32(bytes, end) !== 0x06054b50 || bytes.readUInt16LE(end + 20) !== bytes.length - end - 22)
      continue
    if (readU32(bytes, end - 20) !== 0x07064b50)
      return { count: bytes.readUInt16LE(end + 10), at: bytes.readUInt32LE(end + 16) }
    const long = Number(bytes.readBigUInt64LE(end - 12))
    if (readU32(bytes, long) !== 0x06064b50) throw new Error('its directory is damaged')
    const [count, at] = [32, 48].map((field) => Number(bytes.readBigUInt64LE(long + field)))
    return { count: count!, at: at! }
  }
  throw new Error('it does not end as a ZIP archive does')
}

function sizes(bytes: Buffer, entry: number, extra: Buffer): Place {
  const [flags, method] = [8, 10].map((field) => bytes.readUInt16LE(entry + field))
  if ((flags! & 1) !== 0) throw new Error('it is encrypted')
  const fields = [24, 20, 42].map((field) => bytes.readUInt32LE(entry + field))
  // A field whose bits are all 1 is stored in 64 bits in the extra field instead.
  let long = 4
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    fields.forEach((value, i) => {
      if (value !== 0xffffffff) return
      fields[i] = Number(extra.readBigUInt64LE(at + long))
      long += 8
    })
    break
  }
  const [unpacked, packed, at] = fields
  return {
    method: method!,
    crc: bytes.readUInt32LE(entry + 16),
    packed: packed!,
    unpacked: unpacked!,
    at: at!,
  }
}

function unpack(archive: string, name: string, bytes: Buffer, place: Place): Uint8Array {
  const { method, crc, packed, unpacked, at } = place
  checkFits(`${archive}/${name}`, unpacked, 'unpacked bytes')
  if (readU32(bytes, at) !== 0x04034b50 || at + 30 > bytes.length) throw new Error(`"${name}" is damaged`)
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const content = bytes.subarray(start, start + packed)
  if (content.length !== packed) throw new Error(`"${name}" is cut`)
  if (method !== 0 && method !== 8)
    throw new Error(`"${name}" is compressed by method ${method}, not deflate`)
  const result = method === 0 ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, unpacked) })
  if (result.length !== unpacked) throw new Error(`"${name}" has not the length that the directory says`)
  if (crc32(result) !== crc) throw new Error(`"${name}" has not the checksum that the directory says`)
  return result
}
