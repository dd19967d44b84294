import { InputError } from '../base/errors.js'
import type { Sha256 } from '../base/hash.js'
import type { Config } from '../config/config-schema.js'
import { readArrays } from './arrays.js'
import { columnIndex, columnIndices, targetColumns } from './columns.js'
import { isTable, rowCount, type FloatArray, type Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import type { ReadDataset, ReadPart, Roles } from './dataset-parts.js'
import { inTimeOrder, readKeys } from './keys.js'
import { requireMissingValues, withoutMissingValues } from './missing-values.js'
import { readContent } from './read-content.js'
import { arraysReading, tableReading } from './reading.js'
import { readRows } from './rows.js'
import { readSeries } from './series.js'
import { orderSeries, seriesColumns, seriesFacts } from './several-series.js'
import { readTarget } from './target.js'
import { readTeaching } from './teaching.js'
import type { Dataset } from './types.js'
import { readUnlabelled } from './unlabelled.js'
import { withoutUnits } from './unit-columns.js'

/**
 * Reads data according to their settings. Missing cells are NaN in `inputs`, and are filled after splitting.
 * The key column of `split` is not an input.
 */
export async function datasetOf(
  settings: DataSettings,
  split: Config['split'],
  sha256: Sha256,
): Promise<Dataset> {
  checkSettings(settings)
  const { content, testRows } = await readContent(settings)
  requireMissingValues(content, settings.missingValues)
  const testFrom = rowCount(content) - testRows
  const { from, ...dataset }: ReadDataset = isTable(content)
    ? readTable(content, testFrom, settings, split)
    : { ...readArrays(content, testFrom, settings, split), reading: arraysReading(content, settings) }
  const further = await readUnlabelled(settings, dataset)
  const teaching = await readTeaching(settings, dataset, { from, rows: testFrom, further })
  const whole = { ...dataset, unlabelled: further?.unlabelled, teaching }
  return { ...whole, hash: hashOf(whole, sha256) }
}

function readTable(
  read: Table,
  testFrom: number,
  settings: DataSettings,
  split: Config['split'],
): ReadDataset {
  const { missingValues } = settings
  const raw = withoutMissingValues(read, missingValues)
  if (settings.targets.length === 0 && raw.joined === undefined) {
    throw new InputError('config.data.target: expected the column to predict, got nothing')
  }
  const numeric = columnIndices(raw, settings.numeric, 'config.data.numeric')
  const bare = withoutUnits(raw, numeric, settings.options)
  const named = seriesColumns(settings, split)
  const ordered = named && orderSeries(bare, named)
  const keys = ordered ? undefined : readKeys(bare, split)
  const table = ordered?.table ?? (settings.kind === 'series' ? inTimeOrder(bare, keys, split.by) : bare)
  const columns = rolesOf(table, settings, split.column)
  const target = readTarget(table, columns.targets, settings.task, settings.missing, settings.classes)
  const part: ReadPart = settings.kind === 'series' ? readSeries : readRows
  const dataset = part({ table, columns, target, settings, split, testFrom, ordered })
  const key = split.column === undefined ? undefined : columnIndex(table, split.column, 'config.split.column')
  const { task } = dataset
  const encoding = { ...dataset.encoding, ...(missingValues && { missingValues }) }
  const reading = tableReading(table, columns, encoding.columns, task, settings, key)
  if (!ordered) return { ...dataset, encoding, reading }
  const { facts, notes } = seriesFacts(ordered, named)
  return {
    ...dataset,
    encoding,
    reading: { ...reading, facts: { ...reading.facts, ...facts }, notes: [...reading.notes, ...notes] },
  }
}

function checkSettings(settings: DataSettings): void {
  const { kind, task, horizon, missing, test, files, unlabelled, teacher } = settings
  if (task === 'forecasting' && kind !== 'series') {
    throw new InputError(`config.data.task: forecasting needs kind series, got kind ${kind}`)
  }
  if (task === 'forecasting' && horizon < 1) {
    throw new InputError(`config.data.horizon: expected integer ≥ 1 for forecasting, got ${horizon}`)
  }
  if ((kind === 'images' || kind === 'sequences') && missing === 'indicator') {
    const why = `an indicator would be one more ${kind === 'images' ? 'pixel' : 'step'}`
    throw new InputError(`config.data.missing: expected another policy for ${kind} (${why}), got "indicator"`)
  }
  if (kind === 'series' && missing === 'drop-row') {
    const why = 'its time steps must stay adjacent'
    throw new InputError(`config.data.missing: expected another policy for a series (${why}), got "drop-row"`)
  }
  if (files.channels !== undefined && unlabelled.length > 0) {
    throw new InputError(
      `config.data.unlabelled: only beside data.file, got data.channels; put the channels into one file`,
    )
  }
  if (kind === 'series' && teacher.length > 0) {
    throw new InputError(
      'config.data.teacher: expected rows of a table, images or sequences, got kind series, whose windows overlap',
    )
  }
  if (kind === 'series' && test !== undefined) {
    const why = 'a series is split by time: put all into data.file'
    throw new InputError(`config.data.test: expected no file of its own (${why}), got one`)
  }
}

function rolesOf(table: Table, settings: DataSettings, keyColumn: string | undefined): Roles {
  const targets = tableTargets(table, settings.targets)
  const dropped = columnIndices(table, settings.drop, 'config.data.drop')
  const keys = keyColumn === undefined ? [] : columnIndices(table, [keyColumn], 'config.split.column')
  const names = columnIndices(table, settings.seriesBy, 'config.data.seriesBy')
  const times = settings.time === undefined ? [] : columnIndices(table, [settings.time], 'config.data.time')
  const reservedColumns = {
    'data.drop': dropped,
    'split.column': keys,
    'data.seriesBy': names,
    'data.time': times,
  }
  const lost = targets.find((column) =>
    Object.values(reservedColumns).some((columns) => columns.includes(column)),
  )
  if (lost !== undefined) {
    const where = `config.${Object.entries(reservedColumns).find(([, columns]) => columns.includes(lost))![0]}`
    throw new InputError(`${where}: expected no target column, got "${table.names[lost]!}"`)
  }
  const dates = datesOf(table, settings, { 'data.target': targets, ...reservedColumns })
  // In a forecast, the past of the target is an input. Other columns of a file of targets are not inputs.
  const joinedFrom = table.joined?.from ?? table.names.length
  const out = new Set([
    ...dropped,
    ...keys,
    ...times,
    ...(settings.seriesInput ? [] : names),
    ...(settings.task === 'forecasting' ? [] : targets),
    ...dates.keys(),
  ])
  const inputs = table.names
    .map((_, column) => column)
    .filter((column) => !out.has(column) && (column < joinedFrom || targets.includes(column)))
  if (inputs.length + dates.size === 0)
    throw new InputError(`${table.name}: expected columns beside the target, got none`)
  const categorical = new Set([
    ...columnIndices(table, settings.categorical, 'config.data.categorical'),
    ...(settings.seriesInput ? names : []),
  ])
  return { inputs, dates, targets, categorical }
}

/** The columns of `data.dates` with their parts. `others` are the columns that other keys name. */
function datesOf(
  table: Table,
  { dates, kind }: DataSettings,
  others: Readonly<Record<string, readonly number[]>>,
): Roles['dates'] {
  const dateParts = new Map(
    Object.entries(dates).map(([name, parts]) => [columnIndex(table, name, 'config.data.dates'), parts]),
  )
  if (dateParts.size > 0 && kind !== 'table')
    throw new InputError(`config.data.dates: only for kind table, got kind ${kind}`)
  // Rows that are split by time may have their time as an input.
  const rest = Object.entries(others).filter(([key]) => key !== 'split.column')
  const taken = rest.find(([, columns]) => columns.some((column) => dateParts.has(column)))
  if (taken === undefined) return dateParts
  const name = table.names[taken[1].find((column) => dateParts.has(column))!]!
  throw new InputError(`config.data.dates: expected no column of ${taken[0]}, got ${JSON.stringify(name)}`)
}

/** The target columns, taken from the file of targets if there is one. */
function tableTargets(table: Table, references: DataSettings['targets']): number[] {
  const { joined } = table
  if (joined === undefined) return columnIndices(table, references, 'config.data.target')
  const columns = targetColumns(joined, references)
  return columns.map((column) => joined.from + column)
}

function hashOf(dataset: Omit<Dataset, 'hash'>, sha256: Sha256): string {
  const bytes = (values: FloatArray) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const { shape, task, encoding, keys, spans, series, test, unlabelled, teaching } = dataset
  return sha256(
    bytes(dataset.inputs),
    bytes(dataset.targets),
    JSON.stringify({ shape, task, encoding, keys, spans, series, test }),
    ...(unlabelled ? [bytes(unlabelled.inputs)] : []),
    ...(teaching ? [bytes(teaching.measured), bytes(teaching.unlabelled ?? new Float32Array())] : []),
  )
}
