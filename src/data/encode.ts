import { InputError, quote } from '../base/errors.js'
import { cellError, numberAt } from './cells.js'
import {
  codesOf,
  countMissingCells,
  distinctCells,
  hasNumber,
  labelsOf,
  missingAt,
  type Column,
} from './column.js'
import type { Table } from './content.js'
import { disguiseOf } from './numbers.js'
import type { Encoding } from './types.js'

/** How one column is encoded: as one feature, or as one per category; with or without an indicator. */
export type EncodedColumn = Encoding['columns'][number]

/** The most categories of a column of text; each becomes an input. */
export const MOST_CATEGORIES = 200
const LONGEST_CATEGORY = 1000
/** The most distinct cells that are counted, or examined for numbers in disguise. */
const LOOKED_AT = 10_000
const CATEGORICAL_HINT = '; a column of categories that look like numbers goes into config.data.categorical'

export interface FitOptions {
  /** Columns to encode as categories even if their cells are numbers. */
  readonly categorical: ReadonlySet<number>
  /** The policy for missing cells. */
  readonly missing: string
}

/**
 * Decides the encoding of each column: numbers are kept, texts become one-hot in sorted order of categories.
 */
export function fitColumns(table: Table, columns: readonly number[], options: FitOptions): EncodedColumn[] {
  return columns.map((column) => {
    const cells = table.columns[column]!
    const missing = countMissingCells(cells)
    const name = table.names[column]!
    if (missing === table.places.length) {
      const remedy = 'drop it with config.data.drop'
      throw new InputError(
        `${table.name}, column ${quote(name)}: expected values, got only missing cells; ${remedy}`,
      )
    }
    const indicator = options.missing === 'indicator' && missing > 0
    const chosen = options.categorical.has(column)
    const categorical = chosen || !hasNumber(cells)
    if (categorical && !chosen) refuseDisguise(table, column, 'list it in config.data.categorical')
    return {
      name,
      ...(categorical && { categories: categoriesOf(table, name, cells) }),
      ...(indicator && { indicator }),
      ...(cells.unit !== undefined && { unit: cells.unit }),
    }
  })
}

/**
 * Throws if a column of text contains numbers that another key would read. `other` is the remedy that keeps
 * them as texts.
 */
export function refuseDisguise(table: Table, column: number, other: string): void {
  const name = table.names[column]!
  const cells = table.columns[column]!
  const { texts } = distinctCells(cells, LOOKED_AT)
  const found = disguiseOf(texts, name)
  if (found === undefined) return
  const keys = found.keys.map((key) => `config.${key}`).join(' and ')
  throw new InputError(
    `${table.name}, column ${quote(name)}: expected numbers or categories, got numbers in disguise ` +
      `(${quote(found.cell)}); set ${keys}, or ${other} where these are names`,
  )
}

function categoriesOf(table: Table, name: string, cells: Column): string[] {
  const distinct = distinctCells(cells, LOOKED_AT)
  const categories = labelsOf(distinct)
  const where = `${table.name}, column ${quote(name)}`
  if (categories.length > MOST_CATEGORIES) {
    const count = `${distinct.more ? 'more than ' : ''}${categories.length}`
    const first = categories
      .slice(0, 3)
      .map((category) => category.slice(0, 60))
      .join(', ')
    throw new InputError(
      `${where}: expected at most ${MOST_CATEGORIES} categories, got ${count} (${first}, …); drop it with config.data.drop`,
    )
  }
  const long = categories.find((category) => category.length > LONGEST_CATEGORY)
  if (long === undefined) return categories
  const wanted = `categories of at most ${LONGEST_CATEGORY} characters`
  throw new InputError(`${where}: expected ${wanted}, got ${quote(long)}; drop it with config.data.drop`)
}

/** The names of the features, in the order in which `encodeCells` writes them. */
export function featureNames(columns: readonly EncodedColumn[]): string[] {
  return columns.flatMap(({ name, categories, indicator }) => [
    ...(categories?.map((category) => `${name}=${category}`) ?? [name]),
    ...(indicator === true ? [`${name} missing`] : []),
  ])
}

/**
 * Encodes cells as rows × features. `at` gives the index in the table of each encoded column. A missing cell
 * becomes NaN in all features of its column, or is an error under the policy `refuse`.
 */
export function encodeCells(
  table: Table,
  columns: readonly EncodedColumn[],
  at: readonly number[],
  missing: string,
): Float64Array {
  const rows = table.places.length
  const width = columns.reduce(
    (sum, { categories, indicator }) => sum + (categories?.length ?? 1) + (indicator === true ? 1 : 0),
    0,
  )
  const features = new Float64Array(rows * width)
  let first = 0
  columns.forEach((encoded, c) => {
    const column = at[c]!
    const cells = table.columns[column]!
    const { categories } = encoded
    const codes = categories && new Map(categories.map((each, code) => [each, code]))
    const codeOf = codes && codesOf(cells, codes)
    const size = categories?.length ?? 1
    for (let row = 0, position = first; row < rows; row++, position += width) {
      const empty = missingAt(cells, row)
      if (empty && missing === 'refuse') throw missingError(table, row, column)
      if (empty) features.fill(NaN, position, position + size)
      else if (codeOf === undefined) features[position] = numberAt(table, row, column, CATEGORICAL_HINT)
      else {
        const code = codeOf(row)
        if (code < 0) throw unseenError(table, row, column, categories!)
        features[position + code] = 1
      }
      if (encoded.indicator === true) features[position + size] = empty ? 1 : 0
    }
    first += size + (encoded.indicator === true ? 1 : 0)
  })
  return features
}

const missingError = (table: Table, row: number, column: number) =>
  cellError(table, row, column, 'a value', '; config.data.missing says what is done about missing cells')

function unseenError(table: Table, row: number, column: number, known: readonly string[]): InputError {
  const listed = known.length > 12 ? [...known.slice(0, 12), '…'] : known
  return cellError(table, row, column, `one of ${listed.join(', ')}`)
}
