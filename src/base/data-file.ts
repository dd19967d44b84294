import { closeSync, createReadStream, openSync, readSync, statSync, type Stats } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip, gunzipSync, type Gunzip } from 'node:zlib'
import { InputError } from './errors.js'
import { checkFits, fileLimit, inGiB } from './limit.js'

const GiB = 2 ** 30

/** The path to open, how messages begin, and what the file should be: `data`, `a CSV file`. */
type Source = readonly [path: string, label: string, kind: string]

/**
 * The bytes of a regular file, unpacked if they are gzip (detected by the first two bytes). Every checksum
 * and length that gzip holds is checked. Throws an InputError for a pipe or a device, and for a file above
 * the limit before reading it.
 */
export function readBytes(...source: Source): Buffer {
  const { size, packed } = probe(...source)
  const [path, label] = source
  checkFits(`${label}: ${path}`, size, 'bytes')
  const bytes = guarded(source, () => readWhole(path, size))
  return packed ? guarded(source, () => unpack(bytes)) : bytes
}

/** The text of a file, plain or gzip; see `readBytes`. */
export const readText = (...source: Source): string => readBytes(...source).toString('utf8')

/** The same bytes in pieces, however many they are. The caller must limit how much it keeps. */
export async function* chunksOf(...source: Source): AsyncGenerator<Buffer> {
  const { size, packed } = probe(...source)
  if (size === 0) return
  const [path] = source
  // Reads no more than the size determined before, because a file may grow while it is read.
  const file = createReadStream(path, { end: size - 1, highWaterMark: 2 ** 20 })
  try {
    if (!packed) yield* file as AsyncIterable<Buffer>
    else {
      const unpacked = pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => undefined)
      yield* unpacked as AsyncIterable<Buffer>
      checkRest(readWhole(path, size).subarray(unpacked.bytesWritten))
    }
  } catch (error) {
    throw refusal(source, error)
  } finally {
    file.destroy()
  }
}

/** The size of a regular file in bytes, and whether it is gzip. */
function probe(...source: Source): { size: number; packed: boolean } {
  const [path] = source
  const stats = guarded(source, () => statSync(path))
  const what = specialKind(stats)
  // Opening a pipe would wait for a writer, and a device may never end.
  if (what !== undefined) throw refusal(source, new Error(what))
  const head = guarded(source, () => readWhole(path, Math.min(2, stats.size)))
  const packed = head[0] === 0x1f && head[1] === 0x8b
  if (!packed && /\.gz$/i.test(path))
    throw refusal(source, new Error('its name says gzip, its first bytes do not'))
  return { size: stats.size, packed }
}

function specialKind(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined
  if (stats.isDirectory()) return 'a folder'
  const kind = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
  return `${kind}: put what it gives into a file first`
}

/** The first `size` bytes of a file. */
function readWhole(path: string, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  const file = openSync(path, 'r')
  try {
    for (let done = 0; done < size;) {
      const count = readSync(file, bytes, done, Math.min(size - done, GiB), done)
      if (count === 0) throw new Error(`it ended after ${done} of ${size} bytes`)
      done += count
    }
  } finally {
    closeSync(file)
  }
  return bytes
}

function unpack(bytes: Buffer): Buffer {
  try {
    // The engine tells how much it has read; Node's types do not declare `info`.
    const options = { maxOutputLength: fileLimit(), info: true }
    const { buffer, engine } = gunzipSync(bytes, options) as unknown as { buffer: Buffer; engine: Gunzip }
    checkRest(bytes.subarray(engine.bytesWritten))
    return buffer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error
    throw new Error(`it unpacks to more than ${inGiB(fileLimit())}; SENTEI_FILE_LIMIT (GiB) allows more`)
  }
}

/**
 * Gzip data may be followed by zeros, with which some programs fill a block. zlib stops there without
 * checking what follows.
 */
function checkRest(rest: Buffer): void {
  if (rest.some((byte) => byte !== 0)) throw new Error('other bytes follow the end of its gzip data')
}

function guarded<T>(source: Source, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw refusal(source, error)
  }
}

function refusal([path, label, kind]: Source, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === 'ENOENT' ? 'no such file' : message
  return new InputError(`${label}: expected ${kind}, got "${path}" (${reason})`)
}
