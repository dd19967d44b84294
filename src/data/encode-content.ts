import { InputError, quote } from '../base/errors.js'
import { beyondError, isBeyond } from './arrays.js'
import { isTable, type Content, type FloatArray, type Table } from './content.js'
import { sourceOf, sourcesOf } from './dates.js'
import { encodeCells, featureNames } from './encode.js'
import { withoutMissingValues } from './missing-values.js'
import type { Remark, Remarked } from './row-status.js'
import { rowsToArrays } from './rows.js'
import { orderedRecords, placesIn, type OrderedRecords, type SeriesPlace } from './series-places.js'
import type { Encoding } from './types.js'
import { withoutUnits } from './unit-columns.js'
import { cutWindows } from './windows.js'

/** New records as inputs in original units; NaN where a value is missing or is no number. */
export interface Records extends Pick<Content, 'unit' | 'places'> {
  readonly rows: number
  /** rows × product(the model's input shape) values. */
  readonly inputs: FloatArray
  /** What is unusual in the cells of a row, by row; rows without anything have no entry. */
  readonly remarks: ReadonlyMap<number, readonly Remark[]>
  /** Sentences on the file as a whole. */
  readonly warnings: readonly string[]
  /** For series with names or times: those of each row. */
  readonly about?: readonly SeriesPlace[]
}

export interface EncodeOptions {
  /** Whether what a model has not seen, or cannot read, is an error instead of a remark. */
  readonly strict?: boolean | undefined
  /** The names of the model's features, for remarks on arrays. */
  readonly features?: readonly string[] | undefined
}

/**
 * Encodes new records like the training data. Columns are matched by name, in any order; the target and other
 * columns may be missing. Without a header, a row must have all columns of the training file, all but the
 * target, or the inputs alone. Labels are not read. Each window of a series is a row. A column that is absent is
 * a missing cell in every row if the policy fills these. Throws for another shape and for a column that nothing
 * fills; under `strict`, for any absent column, an unseen category, a missing value that the policy does not
 * fill, and a cell that is no number.
 */
export const encodeContent = (encoding: Encoding, content: Content, options: EncodeOptions = {}): Records =>
  isTable(content) ? encodeTable(encoding, content, options) : encodeArrays(encoding, content, options)

const refusesMissing = ({ missing }: Encoding): boolean => missing === 'refuse' || missing === 'drop-row'

/** Remarks by row, and the function that takes them; undefined under `strict`. */
function remarksOf({ strict = false }: EncodeOptions) {
  const remarks = new Map<number, Remark[]>()
  const remarked: Remarked = (row, remark) => {
    const rowRemarks = remarks.get(row)
    if (rowRemarks) rowRemarks.push(remark)
    else remarks.set(row, [remark])
  }
  return { remarks, remarked: strict ? undefined : remarked }
}

function encodeArrays(encoding: Encoding, content: Exclude<Content, Table>, options: EncodeOptions): Records {
  const { shape = [] } = encoding
  const { name, unit, places, rows, values } = content
  if (content.shape.join() !== shape.join()) {
    const wanted = `rows of shape [${shape.join(', ')}] as in training`
    throw new InputError(`${name}: expected ${wanted}, got [${content.shape.join(', ')}]`)
  }
  const { remarks, remarked } = remarksOf(options)
  const refused = refusesMissing(encoding)
  const isOdd = (value: number) => isBeyond(value) || (refused && Number.isNaN(value))
  const numbers = values.some(isOdd) ? values.slice() : values
  const size = values.length / rows
  for (let i = numbers === values ? values.length : 0; i < values.length; i++) {
    const value = values[i]!
    if (!isOdd(value)) continue
    const row = Math.floor(i / size)
    const where = `${name} ${unit} ${places[row]!}`
    if (!remarked) {
      throw isBeyond(value)
        ? beyondError(where, value)
        : new InputError(`${where}: expected numbers, got NaN`)
    }
    const feature = i % shape.at(-1)!
    const column = options.features?.[feature] ?? encoding.columns[feature]?.name ?? String(feature)
    numbers[i] = NaN
    if (Number.isNaN(value)) remarked(row, { about: 'missing', column, refused })
    else remarked(row, { about: 'no number', column, cell: String(value), refused })
  }
  return { rows, inputs: numbers, unit, places, remarks, warnings: [] }
}

/**
 * Encodes rows of cells for a model of arrays. A row has a column for each number of an input, in its order.
 */
function tableAsArrays(encoding: Encoding, table: Table, options: EncodeOptions): Records {
  const { shape = [] } = encoding
  const size = shape.reduce((product, n) => product * n, 1)
  if (table.names.length !== size)
    throw new InputError(
      `${table.name}: expected arrays of shape [${shape.join(', ')}], or ${size} columns of numbers, got ${table.names.length} columns`,
    )
  const columns = table.names.map((name) => ({ name }))
  const { remarks, remarked } = remarksOf(options)
  const at = columns.map((_, i) => i)
  const inputs = encodeCells(table, columns, at, { missing: policyOf(encoding), remarked })
  return { rows: table.places.length, inputs, unit: table.unit, places: table.places, remarks, warnings: [] }
}

const policyOf = (encoding: Encoding): string => (refusesMissing(encoding) ? 'refuse' : encoding.missing)

function encodeTable(encoding: Encoding, raw: Table, options: EncodeOptions): Records {
  if (encoding.columns.length === 0) return tableAsArrays(encoding, raw, options)
  const { shape, unseen } = encoding
  const header = encoding.file?.options.header !== false || raw.unit !== 'line'
  const named = header ? raw : { ...raw, names: namesByPosition(raw, encoding) }
  const ordered = orderedRecords(encoding, withoutMissingValues(named, encoding.missingValues))
  const { table } = ordered
  const { unit, places } = table
  const at = byName(table, encoding, options)
  const units = new Map(
    encoding.columns.flatMap(({ unit }, i) => (unit === undefined || at[i]! < 0 ? [] : [[at[i]!, unit]])),
  )
  const { remarks, remarked } = remarksOf(options)
  const lenient = remarked !== undefined
  const bare = withoutUnits(table, [...units.keys()], encoding.file?.options ?? {}, units, lenient)
  const encoded = encodeCells(bare, encoding.columns, at, { missing: policyOf(encoding), unseen, remarked })
  const warnings = absentColumns(table, encoding, at)
  if (encoding.kind === 'series') return windowsOf(encoding, ordered, { encoded, remarks, warnings })
  const file = encoding.file?.options
  const inputs = shape && file ? rowsToArrays(encoded, shape, file, table.channels) : encoded
  return { rows: places.length, inputs, unit, places, remarks, warnings }
}

/** Cuts encoded steps into windows. A window has the remarks of all its steps. */
function windowsOf(
  encoding: Encoding,
  ordered: OrderedRecords,
  { encoded, remarks, warnings }: Pick<Records, 'remarks' | 'warnings'> & { readonly encoded: Float64Array },
): Records {
  const { name, unit, places } = ordered.table
  const window = encoding.window ?? 1
  const features = featureNames(encoding.columns).length
  const windows = cutWindows({ steps: encoded, features, window, horizon: 0, stretches: ordered.stretches })
  if (windows.length === 0) {
    throw new InputError(`${name}: expected at least ${window} rows, one window, got ${places.length}`)
  }
  const inputs = new Float64Array(windows.length * window * features)
  const windowRemarks = new Map<number, readonly Remark[]>()
  windows.forEach(({ input, span: [from, to] }, row) => {
    inputs.set(input, row * input.length)
    const stepRemarks = Array.from({ length: to - from }, (_, i) => remarks.get(from + i) ?? []).flat()
    if (stepRemarks.length > 0) windowRemarks.set(row, stepRemarks)
  })
  const lasts = windows.map(({ at: last }) => places[last]!)
  const about = placesIn(encoding, ordered, windows)
  return {
    rows: windows.length,
    inputs,
    unit,
    places: lasts,
    remarks: windowRemarks,
    warnings,
    about,
  }
}

function absentColumns({ name }: Table, { columns }: Encoding, at: readonly number[]): string[] {
  const absent = sourcesOf(columns.filter((_, i) => at[i]! < 0)).map((name) => quote(name))
  if (absent.length === 0) return []
  const what = absent.length === 1 ? 'the column' : 'the columns'
  return [
    `${name}: ${what} ${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} absent, and filled as missing`,
  ]
}

/** Finds columns by name; −1 for one that is absent and that the policy fills. */
function byName(table: Table, encoding: Encoding, { strict = false }: EncodeOptions): number[] {
  const { columns } = encoding
  const at = new Map(table.names.map((name, index) => [name, index]))
  const sources = sourcesOf(columns)
  const lacking = sources.filter((name) => !at.has(name)).map((name) => quote(name))
  const refused = strict || refusesMissing(encoding) || lacking.length === sources.length
  if (lacking.length > 0 && refused) {
    const what = lacking.length === 1 ? 'the column' : 'the columns'
    const remedy = refusesMissing(encoding)
      ? '; a model of config.data.missing: indicator or median fills absent columns'
      : ''
    throw new InputError(
      `${table.name}: expected ${what} ${lacking.join(', ')}, got ${table.names.join(', ')}${remedy}`,
    )
  }
  return columns.map((column) => at.get(sourceOf(column)) ?? -1)
}

/** Names columns without names by their position. The number of columns tells which ones are there. */
function namesByPosition(table: Table, { columns, file }: Encoding): readonly string[] {
  const sources = new Set(sourcesOf(columns))
  const names = file?.names ?? [...sources]
  const inputs = names.filter((name) => sources.has(name))
  const withoutTarget = names.filter((name) => sources.has(name) || !file?.targets?.includes(name))
  const layout = [names, withoutTarget, inputs].find((each) => each.length === table.names.length)
  if (layout === undefined) {
    const counts = [...new Set([names, withoutTarget, inputs].map((each) => each.length))].join(' or ')
    throw new InputError(`${table.name}: expected ${counts} columns, got ${table.names.length}`)
  }
  return layout
}
