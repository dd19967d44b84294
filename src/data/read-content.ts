import { appendRows, asTable, joinChannels, joinTargets } from './combine.js'
import { rowCount, type Content } from './content.js'
import type { DataFiles, DataSettings } from './data-settings.js'
import { checkContent } from './check-content.js'
import type { ReadOptions, Reader } from './readers/types.js'

/** All rows of a configuration's files, those of `data.test` last, and the number of the latter. */
export async function readContent(settings: DataSettings): Promise<{ content: Content; testRows: number }> {
  const train = await readFiles(settings.files, settings)
  if (settings.test === undefined) return { content: appendRows(train), testRows: settings.testRows ?? 0 }
  const test = await readFiles(settings.test, settings)
  const testRows = test.reduce((sum, content) => sum + rowCount(content), 0)
  return { content: appendRows([...train, ...test]), testRows }
}

async function readFiles(files: DataFiles, settings: DataSettings): Promise<Content[]> {
  const { reader, options, targetReader, targetOptions } = settings
  // Targets stand beside rows by their number, which a file that is left out would move.
  const wanted: ReadOptions = files.targets.length === 0 ? options : { ...options, broken: 'refuse' }
  const read =
    files.channels === undefined
      ? await readAll(reader, files.inputs, wanted)
      : [await readChannels(reader, files.channels, options)]
  // A series is a table whose rows are time steps, whatever the format of its file.
  const inputs = settings.kind === 'series' ? read.map(asTable) : read
  if (files.targets.length === 0) return inputs
  const targets = await readAll(targetReader, files.targets, targetOptions)
  return inputs.map((content, i) => joinTargets(content, targets[i]!))
}

/** The files of rows without a target, each as it is. */
export const readUnlabelledFiles = async ({
  reader,
  unlabelled,
  options,
  kind,
}: DataSettings): Promise<Content[]> =>
  (await readAll(reader, unlabelled, options)).map((content) =>
    kind === 'series' ? asTable(content) : content,
  )

const readAll = (reader: Reader, paths: readonly string[], options: ReadOptions): Promise<Content[]> =>
  Promise.all(paths.map((path) => contentOf(reader, path, options)))

/** Reads a file with a reader, and validates its result: columns of a table, or arrays of one shape. */
export async function contentOf(reader: Reader, path: string, options: ReadOptions): Promise<Content> {
  const content: unknown = await reader.read(path, options)
  checkContent(content, `${path}: the reader ${reader.name} gave`)
  return content
}

/** Reads one file per channel, and combines the channels. */
export async function readChannels(
  reader: Reader,
  channels: Readonly<Record<string, string>>,
  options: ReadOptions,
): Promise<Content> {
  // The features of each file are the steps of its channel.
  const channelOptions: ReadOptions = { ...options, kind: 'table' }
  const contents = Object.entries(channels).map(
    async ([name, path]) => [name, await contentOf(reader, path, channelOptions)] as const,
  )
  return joinChannels(await Promise.all(contents))
}
