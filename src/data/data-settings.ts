import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import type { DatePart } from './date-parts.js'
import { inMemory, memoryReader, type GivenData } from './given.js'
import type { MissingValues } from './missing-values.js'
import type { ReadOptions, Reader } from './readers/types.js'
import type { TimeNotation } from './times.js'
import type { Task } from './types.js'

type Data = Config['data']

/** Files that are read one after another, or one per channel, and the files of their targets. */
export interface DataFiles {
  readonly inputs: readonly string[]
  readonly channels?: Readonly<Record<string, string>>
  /** The names of the channels' files without folders. */
  readonly channelNames?: Readonly<Record<string, string>>
  readonly targets: readonly string[]
}

/** How the data are read, with every default filled in and every path absolute. */
export interface DataSettings {
  readonly name: string
  readonly files: DataFiles
  readonly test?: DataFiles
  /** Files of rows without a target. */
  readonly unlabelled: readonly string[]
  /** Files of what a teacher says of the rows, and their reader. */
  readonly teacher: readonly string[]
  readonly teacherReader: Reader
  /** For data in memory: the number of last rows that are the split `test`. */
  readonly testRows?: number
  readonly reader: Reader
  readonly targetReader: Reader
  readonly options: ReadOptions
  readonly targetOptions: ReadOptions
  /** The kind of a table; readers of arrays determine their own. */
  readonly kind: NonNullable<Data['kind']>
  /** The task; undefined if the cells of the target decide. */
  readonly task: Task['kind'] | undefined
  readonly targets: readonly (string | number)[]
  /** The names of the classes 0, 1, …, if they are given. */
  readonly classes: readonly string[] | undefined
  readonly drop: readonly string[]
  readonly categorical: readonly string[]
  readonly numeric: readonly string[]
  /** Columns of dates, and the parts of each that are inputs. */
  readonly dates: Readonly<Record<string, readonly DatePart[]>>
  readonly missing: NonNullable<Data['missing']>
  readonly unseen: NonNullable<Data['unseen']>
  readonly rare: number | undefined
  readonly missingValues: MissingValues | undefined
  readonly window: number
  readonly horizon: number
  /** The columns that name a series, whether their values are inputs, the column of time, and its step. */
  readonly seriesBy: readonly string[]
  readonly seriesInput: boolean
  readonly time: string | undefined
  readonly timeNotation: TimeNotation | undefined
  readonly every: string | number | undefined
}

/**
 * The settings that are determined before the keys of a configuration: where the rows are, and their reader.
 */
export interface Located extends Pick<
  DataSettings,
  | 'name'
  | 'files'
  | 'test'
  | 'unlabelled'
  | 'teacher'
  | 'teacherReader'
  | 'testRows'
  | 'reader'
  | 'targetReader'
  | 'classes'
> {
  /** Settings of a bundled data set that apply if the configuration does not set them. */
  readonly defaults?: Partial<Data>
}

/**
 * Fills in the settings: those of the configuration first, then those of the bundled data set, then the
 * defaults.
 */
export function dataSettingsOf(data: Data, { defaults = {}, ...located }: Located): DataSettings {
  const given = { ...defaults, ...data }
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
  const task = taskOf(data, defaults.task, kind)
  const options: ReadOptions = {
    kind,
    delimiter: given.delimiter,
    header: given.header ?? true,
    encoding: given.encoding,
    decimal: given.decimal,
    thousands: given.thousands,
    image: given.image,
    sequence: given.sequence,
    layout: given.layout,
    labelBytes: given.labelBytes ?? 1,
    resize: given.resize ?? 'refuse',
    broken: given.broken,
  }
  return {
    ...located,
    options,
    targetOptions: { ...options, kind: 'table', cells: true, header: given.targetHeader ?? options.header },
    kind: kind ?? 'table',
    task,
    targets: Array.isArray(target) ? target : [target],
    drop: given.drop ?? [],
    categorical: given.categorical ?? [],
    numeric: given.numeric ?? [],
    dates: given.dates ?? {},
    missing: given.missing ?? 'refuse',
    unseen: given.unseen ?? 'other',
    rare: given.rare,
    missingValues: textsOf(given.missingValues),
    window: given.window ?? 1,
    horizon: given.horizon ?? (task === 'forecasting' ? 1 : 0),
    seriesBy: [given.seriesBy ?? []].flat(),
    seriesInput: given.seriesInput ?? false,
    time: given.time,
    timeNotation: given.timeNotation,
    every: given.every,
  }
}

/** The keys of `data` that name files. */
const fileKeys = ['file', 'channels', 'targetFile', 'unlabelled', 'teacher', 'test'] as const

/** The settings of data in memory, in an environment without files. */
export function memorySettings(data: Data, given: GivenData | undefined): DataSettings {
  const { source, classes } = data
  const key = fileKeys.find((each) => data[each] !== undefined)
  if (key !== undefined) throw withoutFiles(key, data[key])
  if (source !== inMemory) throw withoutFiles('source', source)
  if (typeof classes === 'string') throw withoutFiles('classes', classes)
  const reader = memoryReader(given)
  checkOptions(data, [reader], [])
  return dataSettingsOf(data, {
    name: given?.content.name ?? inMemory,
    ...(given?.testRows && { testRows: given.testRows }),
    files: { inputs: [inMemory], targets: [] },
    unlabelled: [],
    teacher: [],
    reader,
    targetReader: reader,
    teacherReader: reader,
    classes,
  })
}

const withoutFiles = (key: string, value: unknown): InputError =>
  new InputError(
    `config.data.${key}: expected data of fromArrays, fromRecords, fromTensors or fromDataset, because there are no files here, got ${JSON.stringify(value) ?? 'nothing'}`,
  )

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
  'broken',
] as const

/** Throws if a key is set that applies to other formats only. */
export function checkOptions(data: Data, used: readonly Reader[], all: readonly Reader[]): void {
  const takes = (key: keyof ReadOptions) => (reader: Reader) =>
    reader.options?.includes(key) === true || (reader.gives === 'table' && tableOptions.includes(key))
  for (const key of optionKeys) {
    if (data[key] === undefined || used.some(takes(key))) continue
    const formats = all.filter(takes(key)).map(({ name }) => name)
    throw new InputError(
      `config.data.${key}: only for format ${formats.join(', ') || 'of a file'}, got ${used[0]!.name}`,
    )
  }
}

/** Words of missing cells as texts: a number may be written without quotes. */
function textsOf(given: Data['missingValues']): MissingValues | undefined {
  const texts = (words: readonly (string | number)[]) => words.map(String)
  if (given === undefined || Array.isArray(given)) return given && texts(given)
  return Object.fromEntries(Object.entries(given).map(([name, words]) => [name, texts(words)]))
}

function taskOf(data: Data, bundled: Data['task'], kind: Data['kind']): DataSettings['task'] {
  if (data.task !== undefined) return data.task
  if (kind === 'series') return bundled ?? 'forecasting'
  // A bundled series that is read as a table has no future values to forecast.
  return bundled === 'forecasting' ? 'regression' : bundled
}
