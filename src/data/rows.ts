import { InputError } from '../base/errors.js'
import { isMissing } from './cells.js'
import { selectRows, type CsvTable } from './csv.js'
import type { DataSettings } from './data-settings.js'
import { countMissing, encodingOf, selectTargets, type ReadInput } from './dataset-parts.js'
import { encodeCells, featureNames, fitColumns } from './encode.js'
import { readKeys } from './keys.js'
import type { Dataset } from './types.js'

/** Rows of a table, or images of one row each: each row of the file is one input. */
export function readRows(input: ReadInput): Omit<Dataset, 'hash'> {
  const { table: all, target, settings, split } = input
  const { inputs: columns, targets, categorical } = input.columns
  const dropIncomplete = settings.missing === 'drop-row'
  const kept = all.rows.flatMap((cells, row) => {
    const incomplete =
      targets.some((column) => isMissing(cells[column]!)) ||
      (dropIncomplete && columns.some((column) => isMissing(cells[column]!)))
    return incomplete ? [] : [row]
  })
  if (kept.length === 0) {
    throw new InputError(
      `${all.name}: expected rows without missing cells, got none (data.missing: ${settings.missing})`,
    )
  }
  const table = selectRows(all, kept)
  const encoded = fitColumns(table, columns, { categorical, missing: settings.missing })
  const shape = settings.kind === 'images' ? imageShape(table, columns, settings) : undefined
  const features = featureNames(encoded)
  const keys = readKeys(table, split)
  return {
    name: settings.name,
    rows: kept.length,
    shape: shape ?? [features.length],
    inputs: encodeCells(table, encoded, columns, settings.missing),
    targets: selectTargets(target, kept),
    task: target.task,
    features: shape === undefined ? features : channelNames(settings.image.channels),
    encoding: encodingOf(table, encoded, targets, settings),
    ...(keys && { keys }),
    cleaning: { missing: countMissing(all, columns), leftOut: all.rows.length - kept.length },
  }
}

function imageShape(table: CsvTable, columns: readonly number[], { image }: DataSettings): number[] {
  const { height, width, channels } = image
  const size = height * width * channels
  if (columns.length === size) return [height, width, channels]
  const wanted = `${height}×${width}×${channels} = ${size} pixel columns`
  throw new InputError(`config.data.image: expected ${wanted} in ${table.name}, got ${columns.length}`)
}

const channelNames = (channels: number) =>
  channels === 3 ? ['red', 'green', 'blue'] : Array.from({ length: channels }, (_, c) => `channel ${c}`)
