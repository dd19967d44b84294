import { InputError } from '../base/errors.js'
import { isMissing, withoutCells, type Column } from './column.js'
import { isTable, type Content, type Table } from './content.js'
import { isNumeric } from './numbers.js'

/** Further words for a missing cell (`data.missingValues`): of all columns, or of each by its name. */
export type MissingValues = readonly string[] | Readonly<Record<string, readonly string[]>>

/** The words that mean a missing cell in a column, beside the built-in ones. */
export const missingWordsOf = (given: MissingValues | undefined, name: string): readonly string[] =>
  given === undefined ? [] : isList(given) ? given : Object.hasOwn(given, name) ? given[name]! : []

const isList = (given: MissingValues): given is readonly string[] => Array.isArray(given)

/** The numbers among the words of a column: a cell of such a value is missing, however it is written. */
export const missingNumbers = (words: readonly string[]): number[] => words.filter(isNumeric).map(Number)

/**
 * Empties the cells that `data.missingValues` names. Training and new records alike pass through here.
 * Names of columns that a table lacks are passed over.
 */
export function withoutMissingValues(table: Table, given: MissingValues | undefined): Table {
  if (given === undefined) return table
  const columns = table.columns.map((column, c) => emptied(column, missingWordsOf(given, table.names[c]!)))
  return { ...table, columns }
}

/** A column whose cells of some words are empty: equal letter by letter without spaces around, or by value. */
export function emptied(column: Column, words: readonly string[]): Column {
  if (words.length === 0) return column
  const texts = new Set(words)
  const numbers = new Set(missingNumbers(words).map((value) => value + 0))
  return withoutCells(column, {
    text: (text) => texts.has(text.trim()) && !isMissing(text),
    number: (value) => numbers.has(value),
  })
}

/** Throws if `data.missingValues` does not fit the content: it is not a table, or lacks a named column. */
export function requireMissingValues(content: Content, given: MissingValues | undefined): void {
  if (given === undefined) return
  const key = 'config.data.missingValues'
  if (!isTable(content))
    throw new InputError(
      `${key}: expected a table, whose cells are texts, got arrays of ${content.name}; write NaN into them`,
    )
  if (isList(given)) return
  const unknown = Object.keys(given).find((name) => !content.names.includes(name))
  if (unknown === undefined) return
  const known = content.names.length > 12 ? [...content.names.slice(0, 12), '…'] : content.names
  throw new InputError(
    `${key}: expected columns of ${content.name}, got ${JSON.stringify(unknown)}; its columns are ${known.join(', ')}`,
  )
}
