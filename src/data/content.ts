import { InputError } from '../base/errors.js'
import { columnBuilder, selectCells, type Column } from './column.js'
import type { NumberForm } from './numbers.js'

/**
 * Numbers in 32 bits if these represent the values of the file exactly (pixels, arrays of 32-bit floats),
 * otherwise in 64 bits.
 */
export type FloatArray = Float32Array | Float64Array

/** An array of zeros of the same type as another array. */
export const zerosLike = <T extends FloatArray>(like: T, length: number): T =>
  new (like.constructor as new (length: number) => T)(length)

/** How a reader read a file, as `check-data` reports it. It can be written as JSON. */
export interface ReadingReport {
  /** Settings by name: `encoding`, `delimiter`, …; `how` is `set`, `guessed`, `by default`, … */
  readonly facts: Readonly<Record<string, { readonly value: string; readonly how: string }>>
  /** Sentences on what may be wrong. */
  readonly notes: readonly string[]
}

/** A file of a folder that was left out because it could not be read, and what is wrong with it. */
export interface BrokenFile {
  readonly file: string
  readonly why: string
}

/** Where the rows of a file came from, for messages and for `predict`. */
interface Located {
  /** The file's name in messages. */
  readonly name: string
  /** What a row is called, and the number of each row in the file, counted from 1, or its name. */
  readonly unit: 'line' | 'row' | 'record' | 'image'
  readonly places: readonly (number | string)[]
  /** The file of each row, if the rows come from several files. */
  readonly files?: readonly string[]
  readonly taken?: ReadingReport
  /** Files of a folder that gave no row, in their order. */
  readonly broken?: readonly BrokenFile[]
}

/** Rows of cells, stored by column: the result of a reader of a tabular format. */
export interface Table extends Located {
  /** The column names; without a header, their indices from 0. */
  readonly names: readonly string[]
  readonly columns: readonly Column[]
  /**
   * The file of targets that was joined to this table: its name, its column names, and the index of its first
   * column.
   */
  readonly joined?: Pick<Table, 'name' | 'names'> & { readonly from: number }
  /** The channels in order, if each was read from a file of its own. */
  readonly channels?: readonly string[]
}

/** Rows as arrays of numbers of one shape: the result of a reader of images or arrays. */
export interface ArrayContent extends Located {
  readonly kind: 'table' | 'images' | 'sequences'
  readonly rows: number
  /** The shape of one row: [features], [height, width, channels] or [steps, channels]. */
  readonly shape: readonly number[]
  /** rows × product(shape) values; NaN if missing. */
  readonly values: FloatArray
  /** Targets from the same file, or from `data.targetFile`. */
  readonly labels?: Table
  /** The names of the channels, if they have names. */
  readonly channels?: readonly string[]
}

/** The content of one file, as a reader returns it. */
export type Content = Table | ArrayContent

/** Whether content is a table of cells rather than arrays of numbers. */
export const isTable = (content: Content): content is Table => 'names' in content

/** The number of rows. */
export const rowCount = (content: Content): number => content.places.length

/** The place of a row: `a.csv line 18`, `train/cat/1.png`. */
export function whereIs({ name, unit, places, files }: Content, row: number): string {
  const file = files?.[row] ?? name
  return unit === 'image' ? `${file}/${places[row]!}` : `${file} ${unit} ${places[row]!}`
}

/**
 * Makes a table from rows of cells, texts or numbers, for readers that have all rows at once. `form` is the
 * notation of numbers in texts.
 */
export function tableOf(
  { rows, ...rest }: Omit<Table, 'columns'> & { readonly rows: readonly (readonly (string | number)[])[] },
  form: NumberForm = {},
): Table {
  const room = { bytes: 0 }
  const lacking = (['name', 'unit', 'places', 'names'] as const).filter((key) => rest[key] === undefined)
  if (lacking.length > 0)
    throw new InputError(`tableOf: expected name, unit, places, names and rows, got no ${lacking.join(', ')}`)
  const odd = rows.findIndex((cells) => cells.length !== rest.names.length)
  if (odd >= 0)
    throw new InputError(
      `${rest.name} ${rest.unit} ${rest.places[odd] ?? odd + 1}: expected ${rest.names.length} cells, one for each name, got ${rows[odd]!.length}`,
    )
  if (rest.places.length !== rows.length)
    throw new InputError(
      `${rest.name}: expected ${rows.length} places, one for each row, got ${rest.places.length}`,
    )
  const columns = rest.names.map((_, c) => {
    const builder = columnBuilder(`data: ${rest.name}`, room, form)
    for (const cells of rows) {
      const cell = cells[c]!
      if (typeof cell === 'string') builder.add(cell)
      else builder.addNumber(cell)
    }
    return builder.build()
  })
  return { ...rest, columns }
}

/** A table with only the given rows, in the given order. */
export function selectRows(table: Table, rows: readonly number[]): Table {
  const { files, places, columns } = table
  if (rows.length === places.length && rows.every((row, i) => row === i)) return table
  return {
    ...table,
    columns: columns.map((column) => selectCells(column, rows)),
    places: rows.map((row) => places[row]!),
    ...(files && { files: rows.map((row) => files[row]!) }),
  }
}
