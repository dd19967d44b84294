import { InputError } from '../base/errors.js'
import { sha256 } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { columnIndices } from './columns.js'
import { readCsv, type CsvTable } from './csv.js'
import { dataSettings, type DataSettings } from './data-settings.js'
import { inTimeOrder, readKeys } from './keys.js'
import type { ReadPart, Roles } from './dataset-parts.js'
import { readRows } from './rows.js'
import { readSeries } from './series.js'
import { readTarget } from './target.js'
import type { Dataset } from './types.js'

/**
 * Reads the data of a configuration: a bundled data set, or `data.file` relative to `folder`. Missing cells
 * are NaN in `inputs`, to be filled after splitting; the key column of `split` is no input.
 */
export function readDataset(config: Pick<Config, 'data' | 'split'>, folder: string): Dataset {
  const settings = dataSettings(config.data, folder)
  checkSettings(settings)
  const raw = readCsv(settings.path, settings)
  const keys = readKeys(raw, config.split)
  const table = settings.kind === 'series' ? inTimeOrder(raw, keys, config.split.by) : raw
  const columns = rolesOf(table, settings, config.split.column)
  const target = readTarget(table, columns.targets, settings.task, settings.missing)
  const read: ReadPart = settings.kind === 'series' ? readSeries : readRows
  return withHash(read({ table, columns, target, settings, split: config.split }))
}

function checkSettings({ kind, task, horizon, missing }: DataSettings): void {
  if (task === 'forecasting' && kind !== 'series') {
    throw new InputError(`config.data.task: forecasting needs kind series, got kind ${kind}`)
  }
  if (task === 'forecasting' && horizon < 1) {
    throw new InputError(`config.data.horizon: expected integer ≥ 1 for forecasting, got ${horizon}`)
  }
  if (kind === 'images' && missing === 'indicator') {
    const why = 'an indicator would be one more pixel'
    throw new InputError(`config.data.missing: expected another policy for images (${why}), got "indicator"`)
  }
  if (kind === 'series' && missing === 'drop-row') {
    const why = 'its time steps must stay adjacent'
    throw new InputError(`config.data.missing: expected another policy for a series (${why}), got "drop-row"`)
  }
}

function rolesOf(table: CsvTable, settings: DataSettings, keyColumn: string | undefined): Roles {
  const targets = columnIndices(table, settings.targets, 'config.data.target')
  const dropped = columnIndices(table, settings.drop, 'config.data.drop')
  const keys = keyColumn === undefined ? [] : columnIndices(table, [keyColumn], 'config.split.column')
  const lost = targets.find((column) => dropped.includes(column) || keys.includes(column))
  if (lost !== undefined) {
    const where = dropped.includes(lost) ? 'config.data.drop' : 'config.split.column'
    throw new InputError(`${where}: expected no target column, got "${table.names[lost]!}"`)
  }
  // What one forecasts has a past, and that is an input.
  const out = new Set([...dropped, ...keys, ...(settings.task === 'forecasting' ? [] : targets)])
  const inputs = table.names.map((_, column) => column).filter((column) => !out.has(column))
  if (inputs.length === 0) throw new InputError(`${table.name}: expected columns beside the target, got none`)
  const categorical = new Set(columnIndices(table, settings.categorical, 'config.data.categorical'))
  return { inputs, targets, categorical }
}

function withHash(dataset: Omit<Dataset, 'hash'>): Dataset {
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const { shape, task, encoding, keys, spans } = dataset
  const hash = sha256(
    bytes(dataset.inputs),
    bytes(dataset.targets),
    JSON.stringify({ shape, task, encoding, keys, spans }),
  )
  return { ...dataset, hash }
}
