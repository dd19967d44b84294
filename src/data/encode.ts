import { InputError, quote } from '../base/errors.js'
import { foldRare, valueWidth, type Folded } from './categories.js'
import { cellError, numberAt, numberFault } from './cells.js'
import {
  codesOf,
  countMissingCells,
  distinctCells,
  hasNumber,
  labelsOf,
  missingAt,
  textAt,
  valueAt,
  type Column,
} from './column.js'
import type { Table } from './content.js'
import { dateNumber } from './date-parts.js'
import { datesAt, noDate, sourceOf } from './dates.js'
import { disguiseOf } from './numbers.js'
import type { Remarked } from './row-status.js'
import type { Encoding } from './types.js'

/** How one column is encoded: as one feature, or as one per category; with or without an indicator. */
export type EncodedColumn = Encoding['columns'][number]

/** The most categories of a column of text; each becomes an input. */
export const MOST_CATEGORIES = 200
const LONGEST_CATEGORY = 1000
/** The most distinct cells that are counted, or examined for numbers in disguise. */
const LOOKED_AT = 10_000
const CATEGORICAL_HINT = '; a column of categories that look like numbers goes into config.data.categorical'

export interface EncodingOptions {
  /** Columns to encode as categories even if their cells are numbers. */
  readonly categorical: ReadonlySet<number>
  /** The policy for missing cells. */
  readonly missing: string
  /** The least rows of a category that has a feature of its own; without it, every category has one. */
  readonly rare?: number | undefined
  /** The rows whose categories count: those before it. All by default. */
  readonly until?: number
}

/**
 * Decides the encoding of each column: numbers are kept, texts become one-hot in sorted order of categories.
 */
export function fitColumns(
  table: Table,
  columns: readonly number[],
  options: EncodingOptions,
): EncodedColumn[] {
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
      ...(categorical && categoriesOf(table, name, cells, options)),
      ...(indicator && { indicator }),
      unit: cells.unit,
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
  const disguise = disguiseOf(texts, name)
  if (disguise === undefined) return
  const keys = disguise.keys.map((key) => `config.${key}`).join(' and ')
  throw new InputError(
    `${table.name}, column ${quote(name)}: expected numbers or categories, got numbers in disguise ` +
      `(${quote(disguise.cell)}); set ${keys}, or ${other} where these are names`,
  )
}

function categoriesOf(table: Table, name: string, cells: Column, options: EncodingOptions): Folded {
  const distinct = distinctCells(cells, LOOKED_AT)
  const labels = labelsOf(distinct)
  const { rare, until = cells.cells.length } = options
  const folded =
    rare === undefined || distinct.more
      ? { categories: labels }
      : foldRare(labels, cells, { rare, until, most: MOST_CATEGORIES })
  const { categories } = folded
  const where = `${table.name}, column ${quote(name)}`
  if (valueWidth(folded) > MOST_CATEGORIES) {
    const count = `${distinct.more ? 'more than ' : ''}${categories.length}`
    const first = categories
      .slice(0, 3)
      .map((category) => category.slice(0, 60))
      .join(', ')
    const remedy = distinct.more ? '' : ', or fold the rare ones with config.data.rare'
    throw new InputError(
      `${where}: expected at most ${MOST_CATEGORIES} categories, got ${count} (${first}, …); drop it with config.data.drop${remedy}`,
    )
  }
  const long = labels.find((category) => category.length > LONGEST_CATEGORY)
  if (long === undefined) return folded
  const wanted = `categories of at most ${LONGEST_CATEGORY} characters`
  throw new InputError(`${where}: expected ${wanted}, got ${quote(long)}; drop it with config.data.drop`)
}

/** The names of the features, in the order in which `encodeCells` writes them. */
export function featureNames(columns: readonly EncodedColumn[]): string[] {
  return columns.flatMap(({ name, categories, rare, indicator }) => [
    ...(categories?.map((category) => `${name}=${category}`) ?? [name]),
    ...(rare === undefined ? [] : [`${name} other`]),
    ...(indicator === true ? [`${name} missing`] : []),
  ])
}

/** What is done about cells that cannot be encoded. */
export interface CellPolicy {
  /** The policy for missing cells. */
  readonly missing: string
  readonly unseen?: Encoding['unseen']
  /** Takes what is unusual in a row; without it, what the model does not know is an error. */
  readonly remarked?: Remarked | undefined
}

/**
 * Encodes cells as rows × features. `at` gives the index in the table of each encoded column; −1 stands for a
 * column of missing cells. A missing cell becomes NaN in all features of its column, and so does one that is no
 * number. A new category becomes 1 in the feature of the rare ones, or zeros if there is none.
 */
export function encodeCells(
  table: Table,
  columns: readonly EncodedColumn[],
  at: readonly number[],
  policy: CellPolicy,
): Float64Array {
  const rows = table.places.length
  const width = columns.reduce((sum, each) => sum + valueWidth(each) + (each.indicator === true ? 1 : 0), 0)
  const features = new Float64Array(rows * width)
  let first = 0
  columns.forEach((encoded, c) => {
    const size = valueWidth(encoded)
    const write = cellWriter(table, encoded, at[c]!, policy)
    for (let row = 0, position = first; row < rows; row++, position += width) {
      const empty = write(features, position, row)
      if (empty) features.fill(NaN, position, position + size)
      if (encoded.indicator === true) features[position + size] = empty ? 1 : 0
    }
    first += size + (encoded.indicator === true ? 1 : 0)
  })
  return features
}

/** Writes the cell of a row, or says that it has no value. */
type CellWriter = (features: Float64Array, position: number, row: number) => boolean

function cellWriter(table: Table, encoded: EncodedColumn, column: number, policy: CellPolicy): CellWriter {
  const { remarked } = policy
  const refused = policy.missing === 'refuse'
  const { date, categories } = encoded
  const name = sourceOf(encoded)
  const cells = table.columns[column]
  const writer = date ? dateWriter : categories ? categoryWriter : numberWriter
  const value = cells && writer(table, encoded, column, policy)
  return (features, position, row) => {
    if (value && !missingAt(cells, row)) return value(features, position, row)
    if (refused && !remarked) throw missingError(table, row, column)
    remarked?.(row, { about: 'missing', column: name, refused })
    return true
  }
}

function numberWriter(
  table: Table,
  { name }: EncodedColumn,
  column: number,
  { missing, remarked }: CellPolicy,
): CellWriter {
  const cells = table.columns[column]!
  return (features, position, row) => {
    if (remarked && numberFault(table, row, column) !== undefined) {
      const cell = textAt(cells, row)
      remarked(row, { about: 'no number', column: name, cell, refused: missing === 'refuse' })
      return true
    }
    features[position] = remarked ? valueAt(cells, row) : numberAt(table, row, column, CATEGORICAL_HINT)
    return false
  }
}

function dateWriter(
  table: Table,
  { date }: EncodedColumn,
  column: number,
  { missing, remarked }: CellPolicy,
): CellWriter {
  const cells = table.columns[column]!
  const time = datesAt(cells, date!.notation)
  const number = dateNumber(date!)
  return (features, position, row) => {
    const timestamp = time(row)
    if (!Number.isNaN(timestamp)) {
      features[position] = number(timestamp)
      return false
    }
    if (!remarked) throw noDate(table, row, column)
    const cell = textAt(cells, row)
    remarked(row, { about: 'no date', column: date!.column, cell, refused: missing === 'refuse' })
    return true
  }
}

function categoryWriter(
  table: Table,
  { name, categories = [], rare }: EncodedColumn,
  column: number,
  { unseen, remarked }: CellPolicy,
): CellWriter {
  const codes = new Map(categories.map((each, code) => [each, code]))
  for (const each of rare ?? []) codes.set(each, categories.length)
  const codeOf = codesOf(table.columns[column]!, codes)
  return (features, position, row) => {
    const code = codeOf(row)
    if (code >= 0) features[position + code] = 1
    else if (!remarked) throw unseenError(table, row, column, categories)
    else {
      remarked(row, { about: 'new category', column: name, refused: unseen === 'refuse' })
      if (rare) features[position + categories.length] = 1
    }
    return false
  }
}

const missingError = (table: Table, row: number, column: number) =>
  cellError(table, row, column, 'a value', '; config.data.missing says what is done about missing cells')

function unseenError(table: Table, row: number, column: number, known: readonly string[]): InputError {
  const listed = known.length > 12 ? [...known.slice(0, 12), '…'] : known
  return cellError(table, row, column, `one of ${listed.join(', ')}`)
}
