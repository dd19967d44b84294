import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { CompressionCodec } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { checkFits } from '../../base/limit.js'

/**
 * Unpacks a page. `size` is the unpacked size according to its header; it is checked before anything is
 * allocated, and never exceeded. Throws an Error with a sentence as its message.
 */
export function unpackPage(codec: CompressionCodec, packed: Uint8Array, size: number): Uint8Array {
  if (!(size >= 0)) throw new Error(`a page says that it has ${size} bytes`)
  checkFits('data', size, 'bytes in a page')
  if (size === 0) return new Uint8Array(0)
  const page = unpack(codec, packed, size)
  if (page.length !== size) throw new Error(`a page has ${page.length} bytes, its header says ${size}`)
  // The copy has its own memory, so that a wrong length within the page cannot read beyond it.
  return page.slice()
}

function unpack(codec: CompressionCodec, packed: Uint8Array, size: number): Uint8Array {
  const limit = { maxOutputLength: size }
  if (codec === 'UNCOMPRESSED') return packed
  // zlib verifies the checksum of gzip itself.
  if (codec === 'GZIP') return gunzipSync(packed, limit)
  if (codec === 'BROTLI') return brotliDecompressSync(packed, limit)
  const unpacker = compressors[codec]
  if (unpacker === undefined) throw new Error(`unknown codec ${codec}`)
  if (codec === 'ZSTD') checkBlocks(packed)
  // In these formats, one byte unpacks to at most 255 bytes.
  else if (size > 256 * (packed.length + 1))
    throw new Error(`a page of ${packed.length} bytes cannot hold ${size}`)
  return unpacker(packed, size)
}

/**
 * Checks that a page packed by Zstandard (RFC 8878) fits into memory. Its size may be missing, but a block
 * unpacks to at most 128 KiB, so that the blocks are counted.
 */
function checkBlocks(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let blocks = 0
  for (let at = 0; at < bytes.length;) {
    if (view.getUint32(at, true) >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    const flags = view.getUint8(at + 4)
    const single = (flags >> 5) & 1
    const sizeBytes = flags >> 6 === 0 ? single : 1 << (flags >> 6)
    at += 5 + (1 - single) + [0, 1, 2, 4][flags & 3]! + sizeBytes
    for (let last = false; !last; blocks++) {
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
      last = (header & 1) === 1
      at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3)
    }
    at += flags & 4
  }
  checkFits('data', blocks * 2 ** 17, 'bytes in a page')
}
