import { InputError } from '../base/errors.js'
import { tableOf, type Arrays, type Numbers, type Table } from '../data/content.js'

/** One value of a record; null and undefined are missing. */
export type Cell = number | string | boolean | null | undefined

/** A row with a name for each value. */
export type PlainRecord = Readonly<Record<string, Cell>>

/** Numbers as nested arrays, one for each axis; null is missing. */
export type Nested = readonly (number | null | Nested)[]

/** Numbers of any number of axes: nested arrays, or flat ones with their shape, rows first. */
export type ArrayLike =
  Nested | { readonly values: Numbers | readonly number[]; readonly shape: readonly number[] }

/** Flat numbers and their shape, rows first. */
export interface Flat {
  readonly values: Numbers
  readonly shape: readonly number[]
}

/** Nested arrays as flat numbers. `name` is what messages call them. */
export function flat(x: ArrayLike, name: string): Flat {
  if ('values' in x && 'shape' in x) return checked(x, name)
  const nested = x
  const shape = shapeOf(nested)
  const values = new Float64Array(shape.reduce((product, n) => product * n, 1))
  let at = 0
  const fill = (part: number | null | Nested, depth: number, path: string): void => {
    const length = Array.isArray(part) || ArrayBuffer.isView(part) ? (part as Nested).length : undefined
    if (length !== shape[depth])
      throw new InputError(
        `${path}: expected ${shape[depth] === undefined ? 'a number' : `${shape[depth]} values`}, as in the first row, got ${length === undefined ? String(part) : `${length} values`}`,
      )
    if (length === undefined) values[at++] = numberOf(part as number | null, path)
    else for (let i = 0; i < length; i++) fill((part as Nested)[i]!, depth + 1, `${path}[${i}]`)
  }
  fill(nested, 0, name)
  return { values, shape }
}

function checked({ values, shape }: Extract<ArrayLike, { shape: unknown }>, name: string): Flat {
  const wanted = shape.reduce((product, n) => product * n, 1)
  if (values.length !== wanted)
    throw new InputError(
      `${name}.values: expected ${wanted} numbers for the shape [${shape.join(', ')}], got ${values.length}`,
    )
  const isNumbers = values instanceof Float32Array || values instanceof Float64Array
  return { values: isNumbers ? values : Float64Array.from(values), shape }
}

function shapeOf(nested: Nested): number[] {
  const shape: number[] = []
  let part: unknown = nested
  while (Array.isArray(part) || ArrayBuffer.isView(part)) {
    const { length } = part as unknown as Nested
    shape.push(length)
    part = (part as unknown as Nested)[0]
  }
  return shape
}

function numberOf(value: number | null | undefined, path: string): number {
  if (value === null || value === undefined) return NaN
  if (typeof value === 'number') return value
  throw new InputError(`${path}: expected a number, got ${JSON.stringify(value)}; records take texts, too`)
}

/** Rows of numbers as a reader would give them: one axis makes a table, two make sequences, three images. */
export function arraysOf({ values, shape }: Flat, name: string, features?: readonly string[]): Arrays {
  const [rows = 0, ...example] = shape
  const kind = ([undefined, 'table', 'sequences', 'images'] as const)[example.length]
  if (rows === 0 || kind === undefined)
    throw new InputError(
      `${name}: expected rows of one to three axes (features; steps, channels; height, width, channels), got the shape [${shape.join(', ')}]`,
    )
  const channels = example.at(-1)!
  if (features && features.length !== channels)
    throw new InputError(`${name}: expected ${channels} names of features, got ${features.length}`)
  return {
    ...{ kind, name, unit: 'row', places: placesOf(rows), rows, shape: example, values },
    ...(features && { channels: features }),
  }
}

/** Records as a table; a name that a record lacks is missing there. */
export function recordsTable(records: readonly PlainRecord[], name: string): Table {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))]
  if (records.length === 0 || names.length === 0)
    throw new InputError(`${name}: expected records with values by name, got ${records.length} records`)
  const rows = records.map((record) => names.map((column) => cellOf(record[column])))
  return tableOf({ name, unit: 'row', places: placesOf(rows.length), names, rows })
}

/** What a reader of text would have found. */
export const cellOf = (cell: Cell): string | number =>
  cell === null || cell === undefined ? '' : typeof cell === 'boolean' ? String(cell) : cell

export const placesOf = (rows: number): number[] => Array.from({ length: rows }, (_, i) => i + 1)

/** Are these records, not numbers? */
export const areRecords = (x: ArrayLike | readonly PlainRecord[]): x is readonly PlainRecord[] =>
  Array.isArray(x) &&
  typeof x[0] === 'object' &&
  x[0] !== null &&
  !Array.isArray(x[0]) &&
  !ArrayBuffer.isView(x[0])
