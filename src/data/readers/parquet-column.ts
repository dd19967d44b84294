import { crc32 } from 'node:zlib'
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaElement, SchemaTree } from 'hyparquet'
import { parquetHeader, readPage } from 'hyparquet/src/column.js'
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { unpackPage } from './parquet-codecs.js'
import { checkDeltas, checkPrefixes, checkRuns } from './parquet-runs.js'

/** A flat column of a row group: its consecutive pages, and what they should contain. */
export interface ColumnChunk {
  /** The bytes from its first page to its last. */
  readonly bytes: Uint8Array
  readonly rows: number
  readonly meta: ColumnMetaData
  /** The schema's root and the column's node. */
  readonly path: readonly [SchemaTree, SchemaTree]
}

const text = new TextDecoder('utf-8', { fatal: true })
const parsers = { ...DEFAULT_PARSERS, stringFromBytes: (bytes: Uint8Array) => bytes && text.decode(bytes) }

/**
 * The values of a column in order, with null for missing values. The library that decodes a page trusts its
 * content, so that each page is checked first: its checksum if it has one, its size, its number of values,
 * its runs. Throws an Error with a sentence as its message.
 */
export function readColumn({ bytes, rows, meta, path }: ColumnChunk): DecodedArray[] {
  const [root, leaf] = path
  // The library gets pages unpacked. It also gets decimals as raw digits, which it would otherwise round.
  const element = isDecimal(leaf.element) ? withoutMeaning(leaf.element) : leaf.element
  const plain = {
    ...meta,
    pathInSchema: meta.path_in_schema,
    element,
    schemaPath: [root, { ...leaf, element }],
    parsers,
    codec: 'UNCOMPRESSED' as const,
    utf8: element === leaf.element,
  }
  const reader = { view: viewOf(bytes), offset: 0 }
  const chunks: DecodedArray[] = []
  let dictionary: DecodedArray | undefined
  for (let left = rows; left > 0;) {
    if (reader.offset >= bytes.length) throw new Error(`a column ends after ${rows - left} of ${rows} rows`)
    const header = parquetHeader(reader)
    const body = pageBytes(bytes, reader, header)
    const page = unpacked(header, body, meta)
    const count = checkPage(page, left, dictionary, path[1])
    const view = { view: viewOf(page.bytes), offset: 0 }
    const { data } = readPage(view, page.header, plain, dictionary, undefined, 0)
    if (data?.length !== count)
      throw new Error(`a page has ${data?.length ?? 0} values, its header says ${count}`)
    if (header.type === 'DICTIONARY_PAGE') dictionary = convert(data, plain)
    else {
      chunks.push(data)
      left -= count
    }
  }
  return chunks
}

/** Whether a column holds decimal fractions, stored as integers or as bytes. */
export const isDecimal = ({ converted_type: type, logical_type: logical }: SchemaElement): boolean =>
  type === 'DECIMAL' || logical?.type === 'DECIMAL'

function withoutMeaning(element: SchemaElement): SchemaElement {
  const raw = { ...element }
  delete raw.converted_type
  delete raw.logical_type
  return raw
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The bytes of the page that follows a header, after verifying the header's checksum. */
function pageBytes(bytes: Uint8Array, reader: { offset: number }, header: PageHeader): Uint8Array {
  const { compressed_page_size: size, crc } = header
  const body = bytes.subarray(reader.offset, reader.offset + size)
  if (!(size >= 0) || body.length !== size) throw new Error('a page leaves its column')
  if (crc !== undefined && crc32(body) !== crc >>> 0)
    throw new Error('a page has not the checksum of its header')
  reader.offset += size
  return body
}

interface Page {
  readonly header: PageHeader
  readonly bytes: Uint8Array
}

/** Unpacks a page, and returns it with a header that describes it as uncompressed. */
function unpacked(header: PageHeader, body: Uint8Array, { codec }: ColumnMetaData): Page {
  const size = header.uncompressed_page_size
  const v2 = header.data_page_header_v2
  if (header.type !== 'DATA_PAGE_V2' || v2 === undefined) {
    const bytes = unpackPage(codec, body, size)
    return { header: { ...header, compressed_page_size: size }, bytes }
  }
  // In version 2, the levels precede the values and are not compressed.
  const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = v2
  const levels = repetition + definition
  if (!(repetition >= 0 && definition >= 0 && levels <= body.length))
    throw new Error('levels leave their page')
  const packing = v2.is_compressed === false ? 'UNCOMPRESSED' : codec
  const values = unpackPage(packing, body.subarray(levels), size - levels)
  const bytes = new Uint8Array(size)
  bytes.set(body.subarray(0, levels))
  bytes.set(values, levels)
  return {
    header: { ...header, compressed_page_size: size, data_page_header_v2: { ...v2, is_compressed: false } },
    bytes,
  }
}

/** Checks a page before it is decoded. Returns the number of values in its header. */
function checkPage(
  { header, bytes }: Page,
  left: number,
  dictionary: DecodedArray | undefined,
  { element }: SchemaTree,
): number {
  const head = header.data_page_header ?? header.data_page_header_v2
  if (header.type === 'DICTIONARY_PAGE') {
    const count = header.dictionary_page_header?.num_values ?? 0
    if (count >= 0 && count <= 8 * bytes.length) return count
    throw new Error(`a dictionary of ${bytes.length} bytes says that it has ${count} values`)
  }
  if (head === undefined || !(head.num_values >= 0 && head.num_values <= left))
    throw new Error(`a page says that it has ${head?.num_values ?? 'no'} values where ${left} are left`)
  const { num_values: count, encoding } = head
  if (!(encoding as string | undefined)) throw new Error('a page is encoded in a way that is not known')
  const { type, repetition_type: repetition } = element
  const view = viewOf(bytes)
  const { from, defined } = valuesOf({ header, bytes }, count, repetition !== 'REQUIRED')
  if (encoding === 'RLE' ? type !== 'BOOLEAN' : type === 'BOOLEAN' && encoding !== 'PLAIN')
    throw new Error(`a column of ${type ?? 'an unknown type'} is encoded by ${encoding}`)
  if (encoding.endsWith('_DICTIONARY')) {
    if (defined > 0 && !dictionary?.length) throw new Error('a page needs a dictionary, and there is none')
    if (defined > 0) checkRuns(view, from + 1, bytes.length, view.getUint8(from), defined)
  } else if (encoding === 'RLE') checkSection(view, from, defined)
  else if (defined > 0 && (encoding === 'DELTA_BINARY_PACKED' || encoding === 'DELTA_LENGTH_BYTE_ARRAY'))
    checkDeltas(view, from, defined)
  else if (defined > 0 && encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(view, from, defined)
  else if (defined > 8 * bytes.length)
    throw new Error(`a page of ${bytes.length} bytes says that it has ${defined} values`)
  return count
}

/** Checks a section of one-bit runs that is preceded by its length. Returns where it ends. */
function checkSection(view: DataView, from: number, count: number): number {
  const end = from + 4 + view.getUint32(from, true)
  checkRuns(view, from + 4, end, 1, count)
  return end
}

/** Where the values of a data page begin, and how many there are; the others are null. */
function valuesOf(
  { header, bytes }: Page,
  count: number,
  optional: boolean,
): { from: number; defined: number } {
  const view = viewOf(bytes)
  const v2 = header.data_page_header_v2
  const start = v2?.repetition_levels_byte_length ?? 0
  const end = v2 ? start + v2.definition_levels_byte_length : undefined
  if (!optional) return { from: end ?? start, defined: count }
  if (end !== undefined) checkRuns(view, start, end, 1, count)
  const from = end ?? checkSection(view, start, count)
  const levels = new Array<number>(count)
  readRleBitPackedHybrid({ view, offset: start }, 1, levels, end === undefined ? undefined : end - start)
  const defined = levels.filter((level) => level === 1).length
  if (v2 && v2.num_nulls !== count - defined)
    throw new Error(`a page says that ${v2.num_nulls} values are missing, and ${count - defined} are`)
  return { from, defined }
}
