import { expected, InputError } from '../base/errors.js'
import type { Column } from './column.js'
import type { ArrayContent, Content, Table } from './content.js'

type Given = Partial<Omit<Table, 'unit'> & Omit<ArrayContent, 'kind' | 'unit'>> & {
  readonly kind?: unknown
  readonly unit?: unknown
}

const units = ['line', 'row', 'record', 'image']
const kinds = ['table', 'images', 'sequences']

/**
 * Throws if what a reader returned is not valid content. The message begins with `path` and names what is
 * missing or wrong. User-defined readers may be written without types.
 */
export function checkContent(given: unknown, path: string): asserts given is Content {
  const content = (given ?? {}) as Given
  const { places, columns, values, shape } = content
  if (!Array.isArray(places) || !(columns ?? (values && shape)))
    throw new InputError(
      `${path} no rows: expected places and either names and columns, as of tableOf, or shape and values`,
    )
  const { name, unit } = content
  if (typeof name !== 'string') throw expected(`${path} no name`, "the file's name as messages give it", name)
  if (!units.includes(unit as string))
    throw expected(`${path} no unit`, `what a row is called, one of ${units.join(', ')}`, unit)
  if (columns) checkTable(content, path)
  else checkArrays(content, path)
}

function checkTable({ names, columns, places }: Given, path: string): void {
  if (!Array.isArray(names) || !Array.isArray(columns) || names.length !== columns.length)
    throw expected(`${path} no table`, 'a name for each of its columns, as tableOf makes them', names)
  const odd = columns.findIndex((column: Partial<Column>) => column.cells?.length !== places!.length)
  if (odd < 0) return
  throw new InputError(
    `${path} no table: expected ${places!.length} cells in the column ${names[odd]!}, one for each place, as tableOf makes them`,
  )
}

function checkArrays({ kind, rows, shape, values, places, labels }: Given, path: string): void {
  if (!kinds.includes(kind as string))
    throw expected(`${path} no kind of arrays`, `one of ${kinds.join(', ')}`, kind)
  if (rows !== places!.length)
    throw expected(`${path} no number of rows`, `rows: ${places!.length}, as there are places`, rows)
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n > 0))
    throw expected(`${path} no shape`, 'the shape of one row, integers above 0', shape)
  const axes = shape as readonly number[]
  const size = axes.reduce((product, n) => product * n, 1)
  if (!(values instanceof Float32Array || values instanceof Float64Array) || values.length !== rows * size)
    throw new InputError(
      `${path} no values: expected a Float32Array or Float64Array of ${rows} × ${axes.join(' × ')} numbers, got ${(values as { length?: number }).length ?? 'no'} numbers`,
    )
  if (labels !== undefined) checkContent(labels, `${path} labels with`)
}
