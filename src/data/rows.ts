import { InputError } from '../base/errors.js'
import { missingAt } from './column.js'
import { selectRows, type Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import { fitDates } from './dates.js'
import {
  countMissing,
  fileEncoding,
  selectTargets,
  testRows,
  type ReadDataset,
  type ReadInput,
} from './dataset-parts.js'
import { encodeCells, featureNames, fitColumns, type EncodedColumn } from './encode.js'
import { readKeys } from './keys.js'
import { channelNames, toChannelsLast } from './layout.js'

/** Makes a data set in which each row of the file is one input: a row of a table, an image or a sequence. */
export function readRows(input: ReadInput): ReadDataset {
  const { table: all, target, settings, split } = input
  const { inputs: columns, dates, targets, categorical } = input.columns
  const read = [...columns, ...dates.keys()]
  const dropIncomplete = settings.missing === 'drop-row'
  const needed = (dropIncomplete ? [...targets, ...read] : targets)
    .map((column) => all.columns[column]!)
    .filter(({ texts }) => texts.length > 0)
  const kept = all.places.flatMap((_, row) => (needed.some((cells) => missingAt(cells, row)) ? [] : [row]))
  if (kept.length === 0) {
    throw new InputError(
      `${all.name}: expected rows without missing cells, got none (data.missing: ${settings.missing})`,
    )
  }
  const table = selectRows(all, kept)
  const { missing, rare } = settings
  const until = kept.filter((row) => row < input.testFrom).length
  const computed = fitDates(table, dates, { missing, until })
  const encoded = [
    ...fitColumns(table, columns, { categorical, missing, rare, until }),
    ...computed.map((each) => each.encoded),
  ]
  const shape = arrayShape(table, columns, encoded, settings)
  const at = [...columns, ...computed.map((each) => each.at)]
  const cells = encodeCells(table, encoded, at, { missing })
  const keys = readKeys(table, split)
  return {
    name: settings.name,
    rows: kept.length,
    shape: shape ?? [featureNames(encoded).length],
    inputs: shape === undefined ? cells : rowsToArrays(cells, shape, settings.options, table.channels),
    targets: selectTargets(target, kept),
    task: target.task,
    features: shape === undefined ? featureNames(encoded) : lastAxis(table, settings, shape),
    encoding: {
      kind: settings.kind,
      columns: encoded,
      missing,
      ...(settings.unseen === 'refuse' && { unseen: settings.unseen }),
      shape,
      file: fileEncoding(settings, table, targets),
    },
    keys,
    from: kept,
    ...testRows(kept, input.testFrom),
    cleaning: { missing: countMissing(all, read), leftOut: all.places.length - kept.length },
  }
}

/**
 * Converts cells of rows to images or sequences with the channels last. If each channel has its own file,
 * they come first.
 */
export function rowsToArrays(
  cells: Float64Array,
  shape: readonly number[],
  { layout }: DataSettings['options'],
  channels: Table['channels'],
): Float64Array {
  if (channels === undefined && layout !== 'channels-first') return cells
  const positions = shape.slice(0, -1).reduce((product, n) => product * n, 1)
  return toChannelsLast(cells, positions, shape.at(-1)!)
}

const lastAxis = (table: Table, { kind }: DataSettings, shape: readonly number[]) =>
  table.channels ?? channelNames(kind === 'images' ? kind : 'sequences', shape.at(-1)!)

/** The shape of one image or sequence; undefined for a row of a table. */
function arrayShape(
  table: Table,
  columns: readonly number[],
  encoded: readonly EncodedColumn[],
  settings: DataSettings,
): number[] | undefined {
  const { kind, options } = settings
  if (kind !== 'images' && kind !== 'sequences') return undefined
  const text = encoded.find(({ categories }) => categories !== undefined)
  if (text !== undefined) {
    throw new InputError(`${table.name}, column "${text.name}": expected numbers in ${kind}, got text`)
  }
  const shape =
    kind === 'images' ? imageShape(options) : sequenceShape(columns.length, options, table.channels)
  const size = shape.reduce((product, n) => product * n, 1)
  if (size === columns.length) return shape
  const key = kind === 'images' ? 'image' : table.channels ? 'channels' : 'sequence'
  const what = kind === 'images' ? 'pixel columns' : 'columns'
  const wanted = `${shape.join('×')} = ${size} ${what}`
  throw new InputError(`config.data.${key}: expected ${wanted} in ${table.name}, got ${columns.length}`)
}

function imageShape({ image }: DataSettings['options']): number[] {
  if (image === undefined) {
    throw new InputError('config.data.image: expected height, width and channels of the images, got nothing')
  }
  return [image.height, image.width, image.channels]
}

function sequenceShape(
  columns: number,
  { sequence }: DataSettings['options'],
  channels: Table['channels'],
): number[] {
  if (sequence !== undefined) return [sequence.steps, channels?.length ?? sequence.channels]
  if (channels !== undefined) return [Math.floor(columns / channels.length), channels.length]
  throw new InputError('config.data.sequence: expected steps and channels of the sequences, got nothing')
}
