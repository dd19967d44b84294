import { InputError, quote } from '../base/errors.js'
import { nearest } from '../base/suggest.js'
import type { Table } from './content.js'

/**
 * The index of a column that is given by name or, without a header, by index (−1 is the last). `option` is
 * the key of the configuration that names it, for the message.
 */
export function columnIndex(
  table: Pick<Table, 'name' | 'names'>,
  reference: string | number,
  option: string,
): number {
  const { names } = table
  if (typeof reference === 'number') {
    const index = reference < 0 ? names.length + reference : reference
    if (index >= 0 && index < names.length) return index
    const range = `an index from 0 to ${names.length - 1} (or -1: the last)`
    throw new InputError(`${option}: expected ${range} of ${table.name}, got ${reference}`)
  }
  const index = names.indexOf(reference)
  if (index >= 0) return index
  const known = names.length > 12 ? [...names.slice(0, 12), '…'] : names
  const meant = nearest(reference, names)
  const hint = meant === undefined ? `its columns are ${known.join(', ')}` : `did you mean ${quote(meant)}?`
  throw new InputError(`${option}: expected a column of ${table.name}, got ${quote(reference)}; ${hint}`)
}

/** The indices of the columns in an option. */
export function columnIndices(
  table: Pick<Table, 'name' | 'names'>,
  references: readonly (string | number)[],
  option: string,
): number[] {
  return references.map((reference, index) =>
    columnIndex(table, reference, references.length > 1 ? `${option}.${index}` : option),
  )
}

/**
 * The columns of a file of targets that `data.target` names. It may be omitted if the file has a single
 * column.
 */
export function targetColumns(
  table: Pick<Table, 'name' | 'names'>,
  references: readonly (string | number)[],
): number[] {
  if (references.length > 0) return columnIndices(table, references, 'config.data.target')
  if (table.names.length === 1) return [0]
  const known = table.names.length > 12 ? [...table.names.slice(0, 12), '…'] : table.names
  throw new InputError(
    `config.data.target: expected one of the columns of ${table.name} (${known.join(', ')}), got nothing`,
  )
}
