import { basename } from 'node:path'
import { InputError } from '../../base/errors.js'
import { chunksOf } from '../../base/data-file.js'

/** A text file of any size in pieces. */
export interface TextPieces {
  /** The name in the Encoding Standard: `utf-8`, `windows-1252`, `utf-16le`. */
  readonly encoding: string
  /** How the encoding was determined. */
  readonly how: 'set' | 'by its byte-order mark' | 'by default'
  /**
   * The pieces, without a byte-order mark. Iterating throws an InputError for bytes that are invalid in this
   * encoding.
   */
  readonly pieces: AsyncIterable<string>
}

const marks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/**
 * Opens a text file, plain or gzip. The encoding is that of a byte-order mark, otherwise `encoding` (any
 * label of the Encoding Standard), otherwise UTF-8. `kind` says what the file should be, for messages.
 */
export async function readPieces(path: string, kind: string, encoding?: string): Promise<TextPieces> {
  const chunks = chunksOf(path, 'data', kind)
  const next = await chunks.next()
  const first = next.done === true ? Buffer.alloc(0) : next.value
  const [marked, mark = []] = marks.find(([, bytes]) => bytes.every((byte, i) => first[i] === byte)) ?? []
  const decoder = strictDecoder(basename(path), marked ?? encoding ?? 'utf-8')
  async function* pieces(): AsyncGenerator<string> {
    decoder.skip(mark.length)
    yield decoder.decode(first.subarray(mark.length))
    for await (const chunk of chunks) yield decoder.decode(chunk)
    yield decoder.end()
  }
  const how = marked ? 'by its byte-order mark' : encoding === undefined ? 'by default' : 'set'
  return { encoding: decoder.encoding, how, pieces: pieces() }
}

/**
 * Whether a text file, plain or gzip, can be read without `encoding`: it has a byte-order mark, or is valid
 * UTF-8 throughout.
 */
export async function isUnicode(path: string): Promise<boolean> {
  const decoder = decoderOf('utf-8')
  let isFirst = true
  try {
    for await (const chunk of chunksOf(path, 'data', 'a CSV file')) {
      if (isFirst && marks.some(([, mark]) => mark.every((byte, i) => chunk[i] === byte))) return true
      isFirst = false
      decoder.decode(chunk, { stream: true })
    }
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof InputError) throw error
    return false
  }
}

function decoderOf(label: string) {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true })
  } catch {
    const wanted = 'utf-8, windows-1252, utf-16le or another label of the Encoding Standard'
    throw new InputError(`config.data.encoding: expected ${wanted}, got ${JSON.stringify(label)}`)
  }
}

/** Makes a decoder that throws at the first invalid byte, and tells its place. */
function strictDecoder(name: string, label: string) {
  const decoder = decoderOf(label)
  const { encoding } = decoder
  let offset = 0
  let lines = 0
  let before: Uint8Array = new Uint8Array(0)
  const decode = (chunk: Uint8Array, stream: boolean): string => {
    let text: string
    try {
      text = decoder.decode(chunk, { stream })
    } catch {
      throw refusal(chunk)
    }
    if (text.includes('\0')) throw nulError(text)
    offset += chunk.length
    lines += countLines(chunk)
    if (chunk.length > 0) before = chunk.subarray(-3)
    return text
  }
  const nulError = (text: string) => {
    const line = lines + 1 + countLines(Buffer.from(text.slice(0, text.indexOf('\0'))))
    const remedy = 'text of two bytes a character needs config.data.encoding: utf-16le'
    return new InputError(
      `${name} line ${line}: expected text in ${encoding}, got a NUL character; ${remedy}`,
    )
  }
  const refusal = (chunk: Uint8Array) => {
    if (encoding !== 'utf-8')
      return new InputError(
        `${name}, bytes from ${offset + 1} on: expected text in ${encoding}, got other bytes`,
      )
    const whole = Buffer.concat([before.subarray(before.findIndex((byte) => (byte & 0xc0) !== 0x80)), chunk])
    const at = firstInvalid(whole)
    if (whole.subarray(0, at).includes(0)) return nulError(whole.toString('utf8', 0, at))
    const line = lines + 1 + countLines(whole.subarray(0, at))
    const byte = offset + chunk.length - whole.length + at + 1
    const got = at < whole.length ? `the byte 0x${whole[at]!.toString(16)}` : 'its end'
    const remedy = 'config.data.encoding names another encoding, for instance windows-1252 (Latin-1)'
    return new InputError(`${name} line ${line} (byte ${byte}): expected UTF-8, got ${got}; ${remedy}`)
  }
  return {
    encoding,
    skip: (bytes: number) => (offset += bytes),
    decode: (chunk: Uint8Array) => decode(chunk, true),
    end: () => decode(new Uint8Array(0), false),
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  // A loop over bytes is ten times as fast as a search from line to line if lines are short.
  for (const byte of bytes) if (byte === 10) lines += 1
  return lines
}

/**
 * The position of the first byte that is not UTF-8. The decoder replaces it by U+FFFD, which may also occur
 * in the text itself.
 */
function firstInvalid(bytes: Buffer): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  let at = 0
  let from = 0
  for (let i = text.indexOf('\uFFFD'); i >= 0; i = text.indexOf('\uFFFD', i + 1)) {
    at += Buffer.byteLength(text.slice(from, i))
    if (bytes.toString('hex', at, at + 3) !== 'efbfbd') return at
    from = i
  }
  return bytes.length
}
