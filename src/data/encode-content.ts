import { InputError } from '../base/errors.js'
import { beyondError, isBeyond } from './arrays.js'
import { isTable, type Content, type Numbers, type Table } from './content.js'
import { encodeCells, featureNames } from './encode.js'
import { rowsToArrays } from './rows.js'
import { orderSeries, type OrderedSeries } from './several-series.js'
import { timeAfter, timeText } from './time-step.js'
import type { Encoding, SeriesEncoding } from './types.js'
import { withoutUnits } from './unit-columns.js'
import { cutWindows } from './windows.js'

/** New records as inputs in original units; NaN if a value is missing and the policy fills it. */
export interface Records extends Pick<Content, 'unit' | 'places'> {
  readonly rows: number
  /** rows × product(the model's input shape) values. */
  readonly inputs: Numbers
  /** For series with names or times: those of each row. */
  readonly about?: readonly SeriesPlace[]
}

/** Of which series and time a prediction is, by the names of the columns. */
export type SeriesPlace = Readonly<Record<string, string>>

/**
 * Encodes new records like the training data. Columns are matched by name, in any order; the target and other
 * columns may be missing. Without a header, a row must have all columns of the training file, all but the
 * target, or the inputs alone. Labels are not read. Each window of a series is a row. Throws for an unseen
 * category, a missing column, another shape, and a missing value that the policy does not fill.
 */
export const encodeContent = (encoding: Encoding, content: Content): Records =>
  isTable(content) ? encodeTable(encoding, content) : encodeArrays(encoding, content)

function encodeArrays(
  { shape = [], missing }: Encoding,
  { name, unit, places, rows, values, ...content }: Exclude<Content, Table>,
): Records {
  if (content.shape.join() !== shape.join()) {
    const wanted = `rows of shape [${shape.join(', ')}] as in training`
    throw new InputError(`${name}: expected ${wanted}, got [${content.shape.join(', ')}]`)
  }
  const beyond = values.findIndex(isBeyond)
  if (beyond >= 0) {
    const row = Math.floor((beyond * rows) / values.length)
    throw beyondError(`${name} ${unit} ${places[row]!}`, values[beyond]!)
  }
  const empty = missing === 'refuse' || missing === 'drop-row' ? values.findIndex(Number.isNaN) : -1
  if (empty >= 0) {
    const row = Math.floor((empty * rows) / values.length)
    throw new InputError(`${name} ${unit} ${places[row]!}: expected numbers, got NaN`)
  }
  return { rows, inputs: values, unit, places }
}

/**
 * Encodes rows of cells for a model of arrays. A row has a column for each number of an input, in its order.
 */
function tableAsArrays(encoding: Encoding, table: Table): Records {
  const { shape = [] } = encoding
  const size = shape.reduce((product, n) => product * n, 1)
  if (table.names.length !== size)
    throw new InputError(
      `${table.name}: expected arrays of shape [${shape.join(', ')}], or ${size} columns of numbers, got ${table.names.length} columns`,
    )
  const columns = table.names.map((name) => ({ name }))
  const policy = encoding.missing === 'drop-row' ? 'refuse' : encoding.missing
  const inputs = encodeCells(
    table,
    columns,
    columns.map((_, i) => i),
    policy,
  )
  return { rows: table.places.length, inputs, unit: table.unit, places: table.places }
}

function encodeTable(encoding: Encoding, given: Table): Records {
  const { series } = encoding
  const ordered =
    series &&
    orderSeries(given, {
      ...series,
      seriesBy: series.by,
      time: series.time,
      every: undefined,
      step: series.every,
    })
  const table = ordered?.table ?? given
  const { unit, places } = table
  if (encoding.columns.length === 0) return tableAsArrays(encoding, table)
  const { shape } = encoding
  const header = encoding.file?.options.header !== false || table.unit !== 'line'
  const at = header ? byName(table, encoding) : byPosition(table, encoding)
  const policy = encoding.missing === 'drop-row' ? 'refuse' : encoding.missing
  const units = new Map(
    encoding.columns.flatMap(({ unit }, i) => (unit === undefined ? [] : [[at[i]!, unit]])),
  )
  const bare = withoutUnits(table, [...units.keys()], encoding.file?.options ?? {}, units)
  const encoded = encodeCells(bare, encoding.columns, at, policy)
  if (encoding.kind !== 'series') {
    const options = encoding.file?.options
    const inputs = shape && options ? rowsToArrays(encoded, shape, options, table.channels) : encoded
    return { rows: places.length, inputs, unit, places }
  }
  const window = encoding.window ?? 1
  const features = featureNames(encoding.columns).length
  const windows = cutWindows({ steps: encoded, features, window, horizon: 0, stretches: ordered?.stretches })
  if (windows.length === 0) {
    throw new InputError(`${table.name}: expected at least ${window} rows, one window, got ${places.length}`)
  }
  const inputs = new Float64Array(windows.length * window * features)
  windows.forEach(({ input }, row) => inputs.set(input, row * input.length))
  return {
    ...{ rows: windows.length, inputs, unit, places: windows.map(({ at: last }) => places[last]!) },
    ...(series && { about: windows.map(({ at: last }) => placeOf(ordered!, series, last)) }),
  }
}

/** The series of a row, its time, and the time that is predicted from it. */
function placeOf(
  ordered: OrderedSeries,
  { by, time, horizon, every }: SeriesEncoding,
  row: number,
): SeriesPlace {
  const names = ordered.names[ordered.of[row]!]!
  const { times, notation } = ordered
  if (time === undefined || !times || !notation)
    return Object.fromEntries(by.map((name, i) => [name, names[i]!]))
  return {
    ...Object.fromEntries(by.map((name, i) => [name, names[i]!])),
    [time]: timeText(times[row]!, notation),
    ...(horizon > 0 &&
      every !== undefined && {
        [`${time} of the forecast`]: timeText(timeAfter(times[row]!, every, horizon, notation), notation),
      }),
  }
}

function byName(table: Table, { columns }: Encoding): number[] {
  const at = new Map(table.names.map((name, index) => [name, index]))
  const lacking = columns.filter(({ name }) => !at.has(name)).map(({ name }) => `"${name}"`)
  if (lacking.length > 0) {
    const what = lacking.length === 1 ? 'the column' : 'the columns'
    throw new InputError(
      `${table.name}: expected ${what} ${lacking.join(', ')}, got ${table.names.join(', ')}`,
    )
  }
  return columns.map(({ name }) => at.get(name)!)
}

/** Finds columns without names by their position. The number of columns tells which ones are there. */
function byPosition(table: Table, { columns, file }: Encoding): number[] {
  const names = file?.names ?? columns.map(({ name }) => name)
  const inputs = columns.map(({ name }) => name)
  const own = new Set(inputs)
  const withoutTarget = names.filter((name) => own.has(name) || !file?.targets?.includes(name))
  const layout = [names, withoutTarget, inputs].find((each) => each.length === table.names.length)
  if (layout === undefined) {
    const counts = [...new Set([names, withoutTarget, inputs].map((each) => each.length))].join(' or ')
    throw new InputError(`${table.name}: expected ${counts} columns, got ${table.names.length}`)
  }
  const at = new Map(layout.map((name, index) => [name, index]))
  return inputs.map((name) => at.get(name)!)
}
