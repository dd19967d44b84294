import { InputError } from '../base/errors.js'
import { cellError, isMissing, isNumeric, labelOf, numberAt, sortedLabels } from './cells.js'
import type { Table } from './content.js'
import type { Encoding } from './types.js'

/** How one column becomes one feature, or one for each category, and maybe an indicator. */
export type EncodedColumn = Encoding['columns'][number]

const MOST_CATEGORIES = 200
const CATEGORICAL_HINT = '; a column of categories that look like numbers goes into config.data.categorical'

export interface FitOptions {
  /** Columns to encode as categories even where their cells are numbers. */
  readonly categorical: ReadonlySet<number>
  /** The policy for missing cells. */
  readonly missing: string
}

/** Decides how each column is encoded: numbers as they are, text one-hot in sorted category order. */
export function fitColumns(table: Table, columns: readonly number[], options: FitOptions): EncodedColumn[] {
  return columns.map((column) => {
    const present = table.rows.map((row) => row[column]!).filter((cell) => !isMissing(cell))
    const name = table.names[column]!
    if (present.length === 0) {
      const remedy = 'drop it with config.data.drop'
      throw new InputError(
        `${table.name}, column "${name}": expected values, got only missing cells; ${remedy}`,
      )
    }
    const indicator = options.missing === 'indicator' && present.length < table.rows.length
    const categorical = options.categorical.has(column) || !present.some(isNumeric)
    return {
      name,
      ...(categorical && { categories: categoriesOf(table, name, present) }),
      ...(indicator && { indicator }),
    }
  })
}

function categoriesOf(table: Table, name: string, cells: readonly string[]): string[] {
  const categories = sortedLabels(cells.map(labelOf))
  if (categories.length <= MOST_CATEGORIES) return categories
  throw new InputError(
    `${table.name}, column "${name}": expected at most ${MOST_CATEGORIES} categories, got ${categories.length} ` +
      `(${categories.slice(0, 3).join(', ')}, …); drop it with config.data.drop`,
  )
}

/** The features' names, in the order in which `encodeCells` writes them. */
export function featureNames(columns: readonly EncodedColumn[]): string[] {
  return columns.flatMap(({ name, categories, indicator }) => [
    ...(categories?.map((category) => `${name}=${category}`) ?? [name]),
    ...(indicator === true ? [`${name} missing`] : []),
  ])
}

/**
 * Rows × features out of cells; `at` says where each encoded column stands in the table. A missing cell
 * becomes NaN in all features of its column, or an error under the policy `refuse`.
 */
export function encodeCells(
  table: Table,
  columns: readonly EncodedColumn[],
  at: readonly number[],
  missing: string,
): Float64Array {
  const width = featureNames(columns).length
  const features = new Float64Array(table.rows.length * width)
  const codes = columns.map(
    ({ categories }) => categories && new Map(categories.map((each, code) => [each, code])),
  )
  let position = 0
  for (let row = 0; row < table.rows.length; row++) {
    columns.forEach((encoded, c) => {
      const column = at[c]!
      const empty = isMissing(table.rows[row]![column]!)
      if (empty && missing === 'refuse') throw missingError(table, row, column)
      const size = encoded.categories?.length ?? 1
      if (empty) features.fill(NaN, position, position + size)
      else if (codes[c] !== undefined) features[position + codeAt(table, row, column, codes[c])] = 1
      else features[position] = numberAt(table, row, column, CATEGORICAL_HINT)
      position += size
      if (encoded.indicator === true) features[position++] = empty ? 1 : 0
    })
  }
  return features
}

const missingError = (table: Table, row: number, column: number) =>
  cellError(table, row, column, 'a value', '; config.data.missing says what is done about missing cells')

function codeAt(table: Table, row: number, column: number, codes: ReadonlyMap<string, number>): number {
  const code = codes.get(labelOf(table.rows[row]![column]!))
  if (code !== undefined) return code
  const known = [...codes.keys()]
  const listed = known.length > 12 ? [...known.slice(0, 12), '…'] : known
  throw cellError(table, row, column, `one of ${listed.join(', ')}`)
}
