import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { inMemory, memoryReader, type GivenData } from './given.js'
import type { ReadOptions, Reader } from './readers/types.js'
import type { Task } from './types.js'

type Data = Config['data']

/** Files whose rows belong together: one after another, or a file a channel; and those of their targets. */
export interface DataFiles {
  readonly inputs: readonly string[]
  readonly channels?: Readonly<Record<string, string>>
  /** What the channels' files are called, without their folders. */
  readonly channelNames?: Readonly<Record<string, string>>
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

/** What is settled before the keys of a configuration are read: where the rows are, and who reads them. */
export interface Located extends Pick<
  DataSettings,
  'name' | 'files' | 'test' | 'testRows' | 'reader' | 'targetReader' | 'classes'
> {
  /** How a bundled data set reads where the configuration says nothing. */
  readonly defaults?: Partial<Data>
}

/** Fills in how the data reads: the configuration first, then the bundled data set, then the defaults. */
export function settingsOf(data: Data, { defaults = {}, ...located }: Located): DataSettings {
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
    ...located,
    options,
    targetOptions: { ...options, kind: 'table', cells: true, header: given.targetHeader ?? options.header },
    kind: kind ?? 'table',
    task,
    targets: Array.isArray(target) ? target : [target],
    drop: given.drop ?? [],
    categorical: given.categorical ?? [],
    numeric: given.numeric ?? [],
    missing: given.missing ?? 'refuse',
    window: given.window ?? 1,
    horizon: given.horizon ?? (task === 'forecasting' ? 1 : 0),
  }
}

/** Keys of `data` that name files. */
const fileKeys = ['file', 'channels', 'targetFile', 'test'] as const

/** How data that a program holds read, where there are no files. */
export function memorySettings(data: Data, own: GivenData | undefined): DataSettings {
  const { source, classes } = data
  const key = fileKeys.find((each) => data[each] !== undefined)
  if (key !== undefined) throw withoutFiles(key, data[key])
  if (source !== inMemory) throw withoutFiles('source', source)
  if (typeof classes === 'string') throw withoutFiles('classes', classes)
  const reader = memoryReader(own)
  checkOptions(data, [reader], [])
  return settingsOf(data, {
    name: own?.content.name ?? inMemory,
    ...(own?.testRows && { testRows: own.testRows }),
    files: { inputs: [inMemory], targets: [] },
    ...{ reader, targetReader: reader, classes },
  })
}

const withoutFiles = (key: string, value: unknown): InputError =>
  new InputError(
    `config.data.${key}: expected data of fromArrays, fromRecords, fromTensors or fromDataset, for there are no files here, got ${JSON.stringify(value) ?? 'nothing'}`,
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
] as const

/** Refuses keys that say how another format reads. */
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

function taskOf(data: Data, bundled: Data['task'], kind: Data['kind']): DataSettings['task'] {
  if (data.task !== undefined) return data.task
  if (kind === 'series') return bundled ?? 'forecasting'
  // A bundled series read as a table has no future to forecast.
  return bundled === 'forecasting' ? 'regression' : bundled
}
