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
 * Reads a file of new records as the training data was read; a table may be in any tabular format, and a model
 * with a file for each channel takes a folder of files of the same names. `own` are readers beside the registry's.
 * What records may be like, `encodeContent` says.
 */
export async function encodeRecords(
  encoding: Encoding,
  path: string,
  own: readonly Reader[] = [],
): Promise<Records> {
  return encodeContent(encoding, await readRecords(encoding, path, own))
}

/** Reads a file of new records as the training data was read, before they are encoded. */
export async function readRecords(
  { kind, file, shape }: Encoding,
  path: string,
  own: readonly Reader[] = [],
): Promise<Content> {
  const all = [...own, ...readers]
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
  const content = await contentOf(reader, path, { ...options, ...(image && { image }) })
  return kind === 'series' ? asTable(content) : content
}

/** The reader of new records: any of tables may stand for another, and for one that is not at hand. */
function newReader(file: FileEncoding | undefined, path: string, all: readonly Reader[]): Reader {
  const byName = readerByPath(path, all)
  // Of data that were in memory nothing is known but their shape.
  if (!file) return byName ?? readerByName('csv', all)
  const trained = all.find(({ name }) => name === file.format)
  if (byName?.gives === 'table' && trained?.gives !== 'arrays') return byName
  return trained ?? readerOf(file.format, path, all)
}

/** The reader that a model was trained with; where it is none of Sentei's, the error says how to give it. */
function readerOf(format: string, path: string, all: readonly Reader[]): Reader {
  const found = all.find(({ name }) => name === format)
  if (found) return found
  const call = 'predictFile(model, file, [reader]) of sentei/runs'
  throw new InputError(
    `${path}: expected the reader "${format}", which the model was trained with, got none of that name; give it to ${call}, or predict from a CSV or Parquet file of the same columns`,
  )
}
