import { InputError } from '../base/errors.js'
import { tableOf, type ArrayContent, type FloatArray, type Table } from '../data/content.js'

/** A value of a record; null and undefined are missing, and a Date is a date with its clock in UTC. */
export type Cell = number | string | boolean | Date | null | undefined

/** A row as values by name. */
export type PlainRecord = Readonly<Record<string, Cell>>

/** A typed array of numbers, but not of bigints. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/** Numbers as nested arrays, with one level per axis; null is missing. */
export type Nested = readonly (number | null | Nested | TypedArray)[]

/** Numbers with any number of axes: nested arrays, or flat numbers with their shape; rows come first. */
export type ArrayLike =
  Nested | { readonly values: TypedArray | readonly number[]; readonly shape: readonly number[] }

/** Flat numbers with their shape; rows come first. */
export interface Flat {
  readonly values: FloatArray
  readonly shape: readonly number[]
}

export const isTyped = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)

const isArray = (value: unknown): value is Nested | TypedArray => Array.isArray(value) || isTyped(value)

/** Converts nested arrays to flat numbers. `name` is used in error messages. */
export function flat(x: ArrayLike | TypedArray, name: string): Flat {
  if (isTyped(x)) return { values: asNumbers(x), shape: [x.length] }
  if (typeof x !== 'object' || x === null)
    throw new InputError(`${name}: expected arrays of numbers, or { values, shape }, got ${told(x)}`)
  if (!Array.isArray(x)) return flatOf(x as Extract<ArrayLike, { shape: unknown }>, name)
  const shape = shapeOf(x as Nested)
  const values = new Float64Array(shape.reduce((product, n) => product * n, 1))
  let at = 0
  const fill = (part: unknown, depth: number, path: string): void => {
    const length = isArray(part) ? part.length : undefined
    if (length !== shape[depth])
      throw new InputError(
        `${path}: expected ${shape[depth] === undefined ? 'a number' : `${shape[depth]} values`}, as in the first row, got ${length === undefined ? told(part) : `${length} values`}`,
      )
    if (length === undefined) values[at++] = numberOf(part, path)
    else for (let i = 0; i < length; i++) fill((part as Nested)[i], depth + 1, `${path}[${i}]`)
  }
  fill(x, 0, name)
  return { values, shape }
}

function flatOf(x: Extract<ArrayLike, { shape: unknown }>, name: string): Flat {
  const { values, shape } = x as { readonly values: unknown; readonly shape: unknown }
  if (!isArray(values) || !isShape(shape))
    throw new InputError(
      `${name}: expected arrays of numbers, or { values, shape }, got an object without; records go to fromRecords, tensors to fromTensors`,
    )
  const wanted = shape.reduce((product, n) => product * n, 1)
  if (values.length !== wanted)
    throw new InputError(
      `${name}.values: expected ${wanted} numbers for the shape [${shape.join(', ')}], got ${values.length}`,
    )
  if (isTyped(values)) return { values: asNumbers(values), shape }
  return { values: Float64Array.from(values, (value, i) => numberOf(value, `${name}.values[${i}]`)), shape }
}

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((n) => Number.isInteger(n) && n >= 0)

/** Float32Array and Float64Array stay as they are; other numbers are converted to 64 bits. */
const asNumbers = (values: TypedArray): FloatArray =>
  values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values)

function shapeOf(nested: Nested): number[] {
  const shape: number[] = []
  let part: unknown = nested
  while (isArray(part)) {
    shape.push(part.length)
    part = part[0]
  }
  return shape
}

function numberOf(value: unknown, path: string): number {
  if (value === null || value === undefined) return NaN
  if (typeof value === 'number') return value
  throw new InputError(
    `${path}: expected a number, got ${told(value)}; fromRecords also takes texts and booleans`,
  )
}

const told = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${value}n` : String(value)

/**
 * Rows of numbers in the form that a reader returns: one axis makes a table, two make sequences, three
 * images.
 */
export function arraysOf({ values, shape }: Flat, name: string, features?: readonly string[]): ArrayContent {
  const [rows = 0, ...example] = shape
  const kind = ([undefined, 'table', 'sequences', 'images'] as const)[example.length]
  if (rows === 0 || kind === undefined)
    throw new InputError(
      `${name}: expected rows of one to three axes (features; steps, channels; height, width, channels), got the shape [${shape.join(', ')}]`,
    )
  const channels = example.at(-1)!
  if (features) requireDistinct(features, 'features')
  if (features && features.length !== channels)
    throw new InputError(`${name}: expected ${channels} names of features, got ${features.length}`)
  return {
    kind,
    name,
    unit: 'row',
    places: placesOf(rows),
    rows,
    shape: example,
    values,
    channels: features,
  }
}

/** Records as a table. A value is missing if the record lacks its name. */
export function recordsTable(records: readonly PlainRecord[], name: string): Table {
  if (!Array.isArray(records) || !records.every(isRecord))
    throw new InputError(`${name}: expected an array of records, { name: value }`)
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  if (records.length === 0 || names.length === 0)
    throw new InputError(`${name}: expected records with values by name, got ${records.length} records`)
  const rows = records.map((record, i) =>
    names.map((column) => cellOf(record[column], `${name}[${i}].${column}`)),
  )
  return tableOf({ name, unit: 'row', places: placesOf(rows.length), names, rows })
}

/** Converts a value to a cell as a reader of text would give it. */
export function cellOf(cell: unknown, path: string): string | number {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number' || typeof cell === 'string') return cell
  if (typeof cell === 'boolean') return String(cell)
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) return cell.toISOString()
  throw new InputError(`${path}: expected a number, a text, a truth, a date or null, got ${told(cell)}`)
}

export const placesOf = (rows: number): number[] => Array.from({ length: rows }, (_, i) => i + 1)

export function requireDistinct(names: readonly string[], what: string): void {
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new InputError(`${what}: expected names of their own, got "${twice}" twice`)
}

const isRecord = (value: unknown): value is PlainRecord =>
  typeof value === 'object' && value !== null && !isArray(value)

/** Whether these are records rather than numbers. */
export const areRecords = (x: unknown): x is readonly PlainRecord[] =>
  Array.isArray(x) && x.length > 0 && isRecord(x[0])
