import { basename, isAbsolute, resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { bundledData, type BundledData } from './bundled.js'
import { readClasses } from './classes.js'
import { inMemory, memoryReader, type GivenData } from './given.js'
import { readerByName, readerByPath } from './readers/index.js'
import type { ReadOptions, Reader } from './readers/types.js'
import type { Task } from './types.js'

type Data = Config['data']

/** Files whose rows belong together: one after another, or a file a channel; and those of their targets. */
export interface DataFiles {
  readonly inputs: readonly string[]
  readonly channels?: Readonly<Record<string, string>>
  readonly targets: readonly string[]
}

/** How the data reads, every default filled in, every path absolute. */
export interface DataSettings {
  readonly name: string
  readonly files: DataFiles
  readonly test?: DataFiles
  /** Of data in memory: how many of the last rows are the split `test`. */
  readonly testRows?: number
  readonly reader: Reader
  readonly targetReader: Reader
  readonly options: ReadOptions
  readonly targetOptions: ReadOptions
  /** For tables; a reader of arrays says what its own are. */
  readonly kind: NonNullable<Data['kind']>
  /** Undefined where the target's cells decide. */
  readonly task: Task['kind'] | undefined
  readonly targets: readonly (string | number)[]
  /** Names of the classes 0, 1, …, where they are given. */
  readonly classes: readonly string[] | undefined
  readonly drop: readonly string[]
  readonly categorical: readonly string[]
  readonly numeric: readonly string[]
  readonly missing: NonNullable<Data['missing']>
  readonly window: number
  readonly horizon: number
}

/** Fills in how the data reads: the configuration first, then the bundled data set, then the defaults. */
export function dataSettings(
  relative: Data,
  folder: string,
  readers: readonly Reader[],
  own?: GivenData,
): DataSettings {
  const data = absolutePaths(relative, folder)
  const source = data.source === undefined ? undefined : sourceOf(data.source)
  const given = { ...source?.defaults, ...data }
  const inputs = listOf(source?.file ?? data.file ?? [])
  const targetFiles = listOf(data.targetFile)
  const kind =
    given.kind ??
    (given.image
      ? 'images'
      : given.sequence || given.channels
        ? 'sequences'
        : given.window === undefined
          ? undefined
          : 'series')
  const target = given.target ?? []
  const task = taskOf(data, source?.defaults.task, kind)
  const reader =
    data.source === inMemory
      ? memoryReader(own)
      : readerOf(given.format, inputs[0] ?? Object.values(data.channels ?? {})[0] ?? '', readers)
  const targetPath = targetFiles[0]
  const targetReader = (targetPath === undefined ? undefined : readerByPath(targetPath, readers)) ?? reader
  checkOptions(data, [reader, targetReader], readers)
  const options: ReadOptions = {
    ...(kind && { kind }),
    ...(given.delimiter !== undefined && { delimiter: given.delimiter }),
    header: given.header ?? true,
    ...(given.encoding !== undefined && { encoding: given.encoding }),
    ...(given.decimal && { decimal: given.decimal }),
    ...(given.thousands && { thousands: given.thousands }),
    ...(given.image && { image: given.image }),
    ...(given.sequence && { sequence: given.sequence }),
    ...(given.layout && { layout: given.layout }),
    labelBytes: given.labelBytes ?? 1,
    resize: given.resize ?? 'refuse',
  }
  return {
    name: own?.content.name ?? data.source ?? nameOf(relative),
    ...(own?.testRows && { testRows: own.testRows }),
    files: { inputs, targets: targetFiles, ...(data.channels && { channels: data.channels }) },
    ...(data.test && { test: { inputs: listOf(data.test.file), targets: listOf(data.test.targetFile) } }),
    reader,
    targetReader,
    options,
    targetOptions: { ...options, kind: 'table', cells: true, header: given.targetHeader ?? options.header },
    kind: kind ?? 'table',
    task,
    targets: Array.isArray(target) ? target : [target],
    classes: given.classes === undefined ? undefined : readClasses(given.classes),
    drop: given.drop ?? [],
    categorical: given.categorical ?? [],
    numeric: given.numeric ?? [],
    missing: given.missing ?? 'refuse',
    window: given.window ?? 1,
    horizon: given.horizon ?? (task === 'forecasting' ? 1 : 0),
  }
}

/** The `data` of a configuration with every path absolute, so that it can be read from anywhere. */
export function absolutePaths(data: Data, folder: string): Data {
  const at = (path: string) => (isAbsolute(path) ? path : resolve(folder, path))
  const all = <T extends string | string[] | undefined>(paths: T) =>
    (typeof paths === 'string' ? at(paths) : paths?.map(at)) as T
  const { file, channels, targetFile, classes, test } = data
  return {
    ...data,
    ...(file !== undefined && { file: all(file) }),
    ...(channels && {
      channels: Object.fromEntries(Object.entries(channels).map(([name, path]) => [name, at(path)])),
    }),
    ...(targetFile !== undefined && { targetFile: all(targetFile) }),
    ...(typeof classes === 'string' && { classes: at(classes) }),
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

/** A bundled data set, or what stands in its place for data in memory. */
const sourceOf = (name: string): BundledData =>
  name === inMemory ? { file: inMemory, defaults: {} } : bundledData(name)

const nameOf = ({ file, channels }: Data): string =>
  channels === undefined ? listOf(file).join(', ') : Object.values(channels).join(', ')

function readerOf(format: string | undefined, path: string, all: readonly Reader[]): Reader {
  if (format !== undefined) return readerByName(format, all)
  const found = readerByPath(path, all)
  if (found !== undefined) return found
  throw new InputError(
    `config.data.format: expected the format of ${basename(path)}, whose name does not tell, got nothing`,
  )
}

const tableOptions: readonly (keyof ReadOptions)[] = ['image', 'sequence', 'layout', 'decimal', 'thousands']

const optionKeys = [
  'delimiter',
  'header',
  'encoding',
  'decimal',
  'thousands',
  'image',
  'sequence',
  'layout',
  'labelBytes',
  'resize',
] as const

/** Refuses keys that say how another format reads. */
function checkOptions(data: Data, used: readonly Reader[], all: readonly Reader[]): void {
  const takes = (key: keyof ReadOptions) => (reader: Reader) =>
    reader.options?.includes(key) === true || (reader.gives === 'table' && tableOptions.includes(key))
  for (const key of optionKeys) {
    if (data[key] === undefined || used.some(takes(key))) continue
    const formats = all.filter(takes(key)).map(({ name }) => name)
    throw new InputError(`config.data.${key}: only for format ${formats.join(', ')}, got ${used[0]!.name}`)
  }
}

function taskOf(data: Data, bundled: Data['task'], kind: Data['kind']): DataSettings['task'] {
  if (data.task !== undefined) return data.task
  if (kind === 'series') return bundled ?? 'forecasting'
  // A bundled series read as a table has no future to forecast.
  return bundled === 'forecasting' ? 'regression' : bundled
}
