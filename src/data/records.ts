import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { asTable } from './combine.js'
import type { Content } from './content.js'
import { encodeContent, type Records } from './encode-content.js'
import { contentOf, readChannels } from './read-content.js'
import { readerByName, readerByPath, readers } from './readers/index.js'
import type { ReadOptions, Reader } from './readers/types.js'
import type { Encoding, FileEncoding } from './types.js'

/**
 * Reads and encodes a file of new records in the same way as the training data (see `encodeContent`). A table
 * may be in any tabular format; a model with one file per channel needs a folder with files of the same
 * names. What the model has not seen is an error. `ownReaders` are readers in addition to the registry's.
 */
export async function encodeRecords(
  encoding: Encoding,
  path: string,
  ownReaders: readonly Reader[] = [],
): Promise<Records> {
  return encodeContent(encoding, await readRecords(encoding, path, ownReaders), { strict: true })
}

/**
 * Reads a file of new records in the same way as the training data, without encoding them. `broken` says what is
 * done about broken images of a folder: by default the others keep their predictions.
 */
export async function readRecords(
  { kind, file, shape }: Encoding,
  path: string,
  ownReaders: readonly Reader[] = [],
  broken: 'skip' | 'refuse' = 'skip',
): Promise<Content> {
  const all = [...ownReaders, ...readers]
  const options: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse', ...file?.options }
  if (file?.channels) {
    const paths = Object.entries(file.channels).map(([channel, name]) => [channel, join(path, name)])
    const reader = readerOf(file.format, path, all)
    return readChannels(reader, Object.fromEntries(paths) as Record<string, string>, options)
  }
  const [height, width, channels] = shape ?? []
  const image =
    kind === 'images' && shape ? { height: height!, width: width!, channels: channels! } : undefined
  const reader = newReader(file, path, all)
  const content = await contentOf(reader, path, { ...options, ...(image && { image, broken }) })
  return kind === 'series' ? asTable(content) : content
}

/**
 * The reader of new records. Any reader of tables may replace another one, even one that is not available.
 */
function newReader(file: FileEncoding | undefined, path: string, all: readonly Reader[]): Reader {
  const byName = readerByPath(path, all)
  // Of data in memory, only the shape is known.
  if (!file) return byName ?? readerByName('csv', all)
  const trained = all.find(({ name }) => name === file.format)
  if (byName?.gives === 'table' && trained?.gives !== 'arrays') return byName
  return trained ?? readerOf(file.format, path, all)
}

/** The reader with which a model was trained. Throws, with a remedy, if it is not available. */
function readerOf(format: string, path: string, all: readonly Reader[]): Reader {
  const reader = all.find(({ name }) => name === format)
  if (reader) return reader
  const call = 'predictFile(model, file, [reader]) of sentei/runs'
  throw new InputError(
    `${path}: expected the reader "${format}", which the model was trained with, got none of that name; give it to ${call}, or predict from a CSV or Parquet file of the same columns`,
  )
}
