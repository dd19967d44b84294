import { join } from 'node:path'
import { asTable } from './combine.js'
import type { Content } from './content.js'
import { encodeContent, type Records } from './encode-content.js'
import { contentOf, readChannels } from './read-content.js'
import { readerByName, readerByPath, readers } from './readers/index.js'
import type { ReadOptions, Reader } from './readers/types.js'
import type { Encoding } from './types.js'

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
  return encodeContent(encoding, await readNew(encoding, path, [...own, ...readers]))
}

async function readNew(
  { kind, file, shape }: Encoding,
  path: string,
  all: readonly Reader[],
): Promise<Content> {
  const byName = readerByPath(path, all)
  // Of data that were in memory nothing is known but their shape.
  const trained = file || !byName ? readerByName(file?.format ?? 'csv', all) : byName
  const options: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse', ...file?.options }
  if (file?.channels) {
    const paths = Object.entries(file.channels).map(([channel, name]) => [channel, join(path, name)])
    return readChannels(trained, Object.fromEntries(paths) as Record<string, string>, options)
  }
  const reader = trained.gives === 'table' && byName?.gives === 'table' ? byName : trained
  const [height, width, channels] = shape ?? []
  const image =
    kind === 'images' && shape ? { height: height!, width: width!, channels: channels! } : undefined
  const content = await contentOf(reader, path, { ...options, ...(image && { image }) })
  return kind === 'series' ? asTable(content) : content
}
