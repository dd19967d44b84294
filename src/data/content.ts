import { InputError } from '../base/errors.js'
import { columnBuilder, selectCells, type Column } from './column.js'
import type { NumberForm } from './numbers.js'

/**
 * Numbers in 32 bits if these hold the file's values exactly (pixels, arrays of 32-bit floats), otherwise in
 * 64.
 */
export type Numbers = Float32Array | Float64Array

/** An array of zeros of another's kind. */
export const zerosLike = <T extends Numbers>(like: T, length: number): T =>
  new (like.constructor as new (length: number) => T)(length)

/** How a reader read a file, as `check-data` reports it. It can be written as JSON. */
export interface Taken {
  /** By name: `encoding`, `delimiter`, …; `how` is `set`, `guessed`, `by default`, … */
  readonly facts: Readonly<Record<string, { readonly value: string; readonly how: string }>>
  /** What may be wrong, in sentences. */
  readonly notes: readonly string[]
}

/** Where the rows of a file came from, for messages and for `predict`. */
interface Located {
  /** The file's name, as messages give it. */
  readonly name: string
  /** What a row is called, and for each row its number (or name) in the file, counted from 1. */
  readonly unit: 'line' | 'row' | 'record' | 'image'
  readonly places: readonly (number | string)[]
  /** For rows out of several files: the file of each row. */
  readonly files?: readonly string[]
  readonly taken?: Taken
}

/** Rows of cells, column by column: what a reader of a tabular format gives. */
export interface Table extends Located {
  /** Column names; if there is no header, their indices from 0. */
  readonly names: readonly string[]
  readonly columns: readonly Column[]
  /** The file of targets that was joined on: its name, its first column, and its names of columns. */
  readonly joined?: Pick<Table, 'name' | 'names'> & { readonly from: number }
  /** Where the columns are those of one file a channel: the channels in order. */
  readonly channels?: readonly string[]
}

/** Rows as arrays of numbers of one shape: what a reader of images or of arrays gives. */
export interface Arrays extends Located {
  readonly kind: 'table' | 'images' | 'sequences'
  readonly rows: number
  /** One row's: [features], [height, width, channels] or [steps, channels]. */
  readonly shape: readonly number[]
  /** rows × product(shape); NaN where a value is missing. */
  readonly values: Numbers
  /** Targets from the same file, or from `data.targetFile`. */
  readonly labels?: Table
  /** Names of the channels, where they have some. */
  readonly channels?: readonly string[]
}

/** What a reader makes of one file. */
export type Content = Table | Arrays

/** Whether a content is text cells, not numbers. */
export const isTable = (content: Content): content is Table => 'names' in content

/** How many rows a content has. */
export const rowCount = (content: Content): number => content.places.length

/** Where a row stands: `a.csv line 18`, `train/cat/1.png`. */
export function whereIs({ name, unit, places, files }: Content, row: number): string {
  const file = files?.[row] ?? name
  return unit === 'image' ? `${file}/${places[row]!}` : `${file} ${unit} ${places[row]!}`
}

/** A table out of rows of cells, texts or numbers, for readers that have all rows at once; `form` is that of texts. */
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

/** The table with only some of its rows, in the order given. */
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
