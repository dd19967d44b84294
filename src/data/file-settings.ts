import { existsSync } from 'node:fs'
import { basename, isAbsolute, resolve } from 'node:path'
import { expected, InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { bundledData, type BundledData } from './bundled.js'
import { readClasses } from './classes.js'
import { checkOptions, dataSettingsOf, type DataFiles, type DataSettings } from './data-settings.js'
import { inMemory, memoryReader, type GivenData } from './given.js'
import { readerByName, readerByPath } from './readers/index.js'
import type { Reader } from './readers/types.js'

type Data = Config['data']

/** How the data of a configuration are read from files, with every path absolute. */
export function fileSettings(
  relative: Data,
  folder: string,
  readers: readonly Reader[],
  given?: GivenData,
): DataSettings {
  const data = absolutePaths(relative, folder)
  const source = data.source === undefined ? undefined : sourceOf(data.source)
  const defaults = source?.defaults ?? {}
  const inputs = listOf(source?.file ?? data.file ?? [])
  const targetFiles = listOf(data.targetFile)
  const reader =
    data.source === inMemory
      ? memoryReader(given)
      : readerOf(
          data.format ?? defaults.format,
          inputs[0] ?? Object.values(data.channels ?? {})[0] ?? '',
          readers,
        )
  const targetPath = targetFiles[0]
  const targetReader = (targetPath === undefined ? undefined : readerByPath(targetPath, readers)) ?? reader
  checkOptions(data, [reader, targetReader], readers)
  const [teacherPath] = listOf(data.teacher)
  const classes = data.classes ?? defaults.classes
  return dataSettingsOf(data, {
    name: given?.content.name ?? data.source ?? nameOf(relative),
    ...(given?.testRows && { testRows: given.testRows }),
    files: { inputs, targets: targetFiles, ...(data.channels && channelsOf(data.channels)) },
    unlabelled: listOf(data.unlabelled),
    teacher: listOf(data.teacher),
    ...(data.test && { test: { inputs: listOf(data.test.file), targets: listOf(data.test.targetFile) } }),
    reader,
    targetReader,
    teacherReader: teacherPath === undefined ? reader : teacherReaderOf(teacherPath, readers),
    defaults,
    classes: classes === undefined ? undefined : readClasses(classes),
  })
}

const channelsOf = (channels: NonNullable<Data['channels']>): Omit<DataFiles, 'inputs' | 'targets'> => ({
  channels,
  channelNames: Object.fromEntries(Object.entries(channels).map(([name, path]) => [name, basename(path)])),
})

/** The `data` section of a configuration with every path absolute, so that it can be read from any folder. */
export const absolutePaths = (data: Data, folder: string): Data =>
  withPaths(data, (path) => (isAbsolute(path) ? path : resolve(folder, path)))

/** The `data` section of a configuration with `at` of every path in its place. */
export function withPaths(data: Data, at: (path: string) => string): Data {
  const all = <T extends string | string[] | undefined>(paths: T) =>
    (typeof paths === 'string' ? at(paths) : paths?.map(at)) as T
  const { file, channels, targetFile, classes, unlabelled, teacher, test } = data
  return {
    ...data,
    ...(file !== undefined && { file: all(file) }),
    ...(channels && {
      channels: Object.fromEntries(Object.entries(channels).map(([name, path]) => [name, at(path)])),
    }),
    ...(targetFile !== undefined && { targetFile: all(targetFile) }),
    ...(typeof classes === 'string' && { classes: at(classes) }),
    ...(unlabelled !== undefined && { unlabelled: all(unlabelled) }),
    ...(teacher !== undefined && { teacher: all(teacher) }),
    ...(test && {
      test: {
        file: all(test.file),
        ...(test.targetFile !== undefined && { targetFile: all(test.targetFile) }),
      },
    }),
  }
}

const listOf = (paths: string | string[] | undefined): string[] =>
  paths === undefined ? [] : typeof paths === 'string' ? [paths] : paths

/** A bundled data set by its name, or a substitute for data in memory. */
const sourceOf = (name: string): BundledData =>
  name === inMemory ? { file: inMemory, defaults: {} } : bundledData(name)

/** The names of the files without their folders: models, cards and reports bear them, and are passed on. */
const nameOf = ({ file, channels }: Data): string =>
  (channels === undefined ? listOf(file) : Object.values(channels)).map((path) => basename(path)).join(', ')

/** The reader of a teacher's files, which its name tells. */
function teacherReaderOf(path: string, all: readonly Reader[]): Reader {
  const reader = readerByPath(path, all)
  if (reader !== undefined) return reader
  throw expected(
    'config.data.teacher',
    `a file whose name tells its format (${all.map(({ name }) => name).join(', ')})`,
    path,
  )
}

function readerOf(format: string | undefined, path: string, all: readonly Reader[]): Reader {
  if (format !== undefined) return readerByName(format, all)
  const reader = readerByPath(path, all)
  if (reader !== undefined) return reader
  if (!existsSync(path))
    throw new InputError(`config.data.file: expected a file or a folder, got ${path}: there is none`)
  throw new InputError(
    `config.data.format: expected the format of ${basename(path)}, whose name does not tell, got nothing`,
  )
}
