import { checkFits } from '../base/limit.js'
import { exactInteger, hasLeadingZero, isCode, isNumeric, toPlain, type NumberForm } from './numbers.js'

/**
 * The cells of one column, at about 8 bytes each. A number is stored as it is; any other cell is stored as
 * the index, from 1, of its text in `texts` (which are distinct), times 2^960. Made by `columnBuilder`, read
 * by the functions below.
 */
export interface Column {
  readonly cells: Float64Array
  readonly texts: readonly string[]
  /**
   * The number that a text in `texts` represents, although it is stored as text (`007`, `1e39`); NaN if it is
   * not a number.
   */
  readonly values: readonly number[]
  /** For `data.numeric`: the unit of each number (`%`), which was removed; empty if there was none. */
  readonly unit?: string
}

/**
 * Larger than any stored number, and products with it are exact, so that one array can hold numbers and
 * texts.
 */
const TEXT = 2 ** 960
export const MOST = 3.4028234663852886e38

/** The cells that hold no value, in lower case. */
export const missingWords: readonly string[] = ['', 'na', 'n/a', 'nan', '?', 'null']
const MISSING = new Set(missingWords)

/** Whether a cell holds no value: empty, NA, N/A, NaN, ? or null, in upper or lower case. */
export const isMissing = (cell: string): boolean => cell.length < 6 && MISSING.has(cell.trim().toLowerCase())

const textIndex = (cell: number): number => cell / TEXT - 1

/** Whether a cell is stored as text. */
const isText = (cell: number): boolean => cell >= TEXT

/** A cell as text. Numbers are written as JavaScript writes them. */
export const textAt = ({ cells, texts }: Column, row: number): string => {
  const cell = cells[row]!
  return isText(cell) ? texts[textIndex(cell)]! : String(cell)
}

/** The number in a cell; NaN if it has none. */
export const valueAt = ({ cells, values }: Column, row: number): number => {
  const cell = cells[row]!
  return isText(cell) ? values[textIndex(cell)]! : cell
}

/** The numbers of all cells; NaN where there is none. */
export const numbersOf = (column: Column): Float64Array =>
  column.texts.length === 0 ? column.cells : column.cells.map((_, row) => valueAt(column, row))

/** Whether a cell is missing. */
export const missingAt = ({ cells, texts }: Column, row: number): boolean => {
  const cell = cells[row]!
  return isText(cell) && isMissing(texts[textIndex(cell)]!)
}

/** Whether any cell of a column is a number. */
export const hasNumber = ({ cells, values }: Column): boolean =>
  cells.some((cell) => !isText(cell) || !Number.isNaN(values[textIndex(cell)]!))

/**
 * Replaces the texts of a column by numbers. `read` converts each distinct text once, or returns NaN to leave
 * it.
 */
export function readTexts(column: Column, read: (text: string, row: number) => number): Column {
  const values = [...column.values]
  const known = new Set<number>()
  const cells = column.cells.map((cell, row) => {
    if (!isText(cell)) return cell
    const index = textIndex(cell)
    if (!known.has(index)) values[index] = read(column.texts[index]!, row)
    known.add(index)
    const value = values[index]!
    return Math.abs(value) <= MOST ? value + 0 : cell
  })
  return { ...column, cells, values }
}

/** The same column with its numbers as texts, none of which holds a number. */
export function numbersAsTexts(column: Column): Column {
  const texts = [...column.texts]
  const places = new Map<number, number>()
  const cells = column.cells.map((cell) => {
    if (isText(cell)) return cell
    const place = places.get(cell) ?? texts.push(String(cell))
    places.set(cell, place)
    return place * TEXT
  })
  return { ...column, cells, texts, values: texts.map(() => NaN) }
}

/** A column in which the cells that `is` names by text or number are empty. */
export function withoutCells(
  column: Column,
  is: { readonly text: (text: string) => boolean; readonly number: (value: number) => boolean },
): Column {
  const gone = column.texts.map((text, i) => is.text(text) || is.number(column.values[i]!))
  const isGone = (cell: number) => (isText(cell) ? gone[textIndex(cell)]! : is.number(cell))
  if (!column.cells.some(isGone)) return column
  const known = column.texts.indexOf('')
  const empty = known < 0 ? column.texts.length : known
  return {
    ...column,
    cells: column.cells.map((cell) => (isGone(cell) ? (empty + 1) * TEXT : cell)),
    ...(known < 0 && { texts: [...column.texts, ''], values: [...column.values, NaN] }),
  }
}

/** The number of missing cells. */
export function countMissingCells(column: Column): number {
  if (column.texts.length === 0) return 0
  const missing = column.texts.map(isMissing)
  return column.cells.reduce((sum, cell) => sum + (isText(cell) && missing[textIndex(cell)]! ? 1 : 0), 0)
}

/** The distinct cells of a column that are not missing. */
export interface Distinct {
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
  /** The number that each text represents; NaN if it is not a number. */
  readonly textValues: readonly number[]
  /** Whether there are more distinct cells than were collected. */
  readonly more: boolean
}

/** The distinct cells that are not missing, at most `most` of them. */
export function distinctCells({ cells, texts, values }: Column, most: number): Distinct {
  const missing = texts.map(isMissing)
  const distinct = new Set<number>()
  for (const cell of cells) {
    if (distinct.has(cell) || (isText(cell) && missing[textIndex(cell)]!)) continue
    if (distinct.size === most) return { ...split(distinct), more: true }
    distinct.add(cell)
  }
  return { ...split(distinct), more: false }

  function split(all: Set<number>): Omit<Distinct, 'more'> {
    const indices = [...all].filter(isText).map(textIndex)
    return {
      numbers: [...all].filter((cell) => !isText(cell)),
      texts: indices.map((index) => texts[index]!),
      textValues: indices.map((index) => values[index]!),
    }
  }
}

/**
 * Returns a function that gives the code of each row's cell by its label (see `labelOf`): −1 for labels
 * without a code, NaN for missing cells.
 */
export function codesOf(column: Column, codes: ReadonlyMap<string, number>): (row: number) => number {
  const ofText = column.texts.map((text) => (isMissing(text) ? NaN : (codes.get(labelOf(text)) ?? -1)))
  const ofNumber = new Map<number, number>()
  for (const [label, code] of codes)
    if (isNumeric(label) && !isCode(label)) ofNumber.set(Number(label) + 0, code)
  return (row) => {
    const cell = column.cells[row]!
    return isText(cell) ? ofText[textIndex(cell)]! : (ofNumber.get(cell) ?? -1)
  }
}

/**
 * The label of a cell as a category or class. `1.0` and `1` have the same label, but `007`, integers beyond
 * 2⁵³ and numbers beyond 32-bit floats keep their digits.
 */
export function labelOf(cell: string): string {
  const text = cell.trim()
  if (!isNumeric(text)) return text
  return isCode(text) || !(Math.abs(Number(text)) <= MOST) ? nameOf(text) : String(Number(text) + 0)
}

/** The label of a code: integers beyond 2⁵³ without a plus sign and redundant zeros. */
const nameOf = (code: string): string => String(exactInteger(code) ?? code)

/** Distinct labels in order: by value if all are numbers, otherwise by character code. */
export function sortedLabels(labels: Iterable<string>): string[] {
  const unique = [...new Set(labels)]
  return unique.every(isNumeric)
    ? unique.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : unique.sort()
}

/** The ordered labels of distinct cells. */
export const labelsOf = ({ numbers, texts }: Distinct): string[] =>
  sortedLabels([...numbers.map(String), ...texts.map(labelOf)])

/** A column with only the given cells, in the given order. */
export function selectCells(column: Column, rows: readonly number[]): Column {
  const cells = new Float64Array(rows.length)
  rows.forEach((row, i) => (cells[i] = column.cells[row]!))
  return { ...column, cells }
}

/**
 * Counts the bytes of columns, to refuse tables that do not fit into memory. All columns of a table share
 * one.
 */
export interface Room {
  bytes: number
}

/** Builds a column cell by cell. */
export interface ColumnBuilder {
  /** Adds a cell as it is written in the file. */
  add(cell: string): void
  /** Adds a cell that is already a number. */
  addNumber(value: number): void
  build(): Column
}

/** The bytes of a cell (8) and of its copies as an input, raw (8) and scaled (4). */
const BYTES_A_CELL = 20
/** The approximate bytes of a text with its entries in a list and in a map. */
const BYTES_A_TEXT = 100

/**
 * Makes a builder of a column. `where` begins the message of the error if `room` is exhausted; `form` is the
 * notation of its numbers.
 */
export function columnBuilder(where: string, room: Room, form: NumberForm = {}): ColumnBuilder {
  const plain = toPlain(form)
  const indices = new Map<string, number>()
  const texts: string[] = []
  const values: number[] = []
  let cells = new Float64Array(16)
  let length = 0
  const push = (cell: number) => {
    if (length === cells.length) {
      const more = Math.ceil(length / 4)
      take(more * BYTES_A_CELL)
      const larger = new Float64Array(length + more)
      larger.set(cells)
      cells = larger
    }
    cells[length++] = cell
  }
  const take = (bytes: number) => checkFits(where, (room.bytes += bytes), 'cells in memory')
  const addText = (text: string, value: number) => {
    let index = indices.get(text)
    if (index === undefined) {
      take(BYTES_A_TEXT + text.length)
      // A substring keeps the whole original text in memory, so that it is copied.
      const copy = text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string)
      index = texts.push(copy) - 1
      values.push(value)
      indices.set(copy, index)
    }
    push((index + 1) * TEXT)
  }
  return {
    add(cell) {
      const number = plain(cell)
      if (number === undefined) return addText(cell, NaN)
      const value = Number(number) + 0
      if (Number.isSafeInteger(value) ? hasLeadingZero(number) : isCode(number) || !(Math.abs(value) <= MOST))
        addText(number, value)
      else push(value)
    },
    addNumber(value) {
      if (Number.isNaN(value)) addText('', NaN)
      else if (Math.abs(value) <= MOST) push(value + 0)
      else addText(String(value), value)
    },
    build: () => ({ cells: cells.slice(0, length), texts, values }),
  }
}

/** Concatenates the cells of several columns. */
export function concatColumns(columns: readonly Column[]): Column {
  const indices = new Map<string, number>()
  const values: number[] = []
  const cells = new Float64Array(columns.reduce((sum, column) => sum + column.cells.length, 0))
  let at = 0
  for (const column of columns) {
    const places = column.texts.map((text, i) => {
      const known = indices.get(text)
      if (known !== undefined) return known
      indices.set(text, indices.size)
      values.push(column.values[i]!)
      return indices.size - 1
    })
    for (const cell of column.cells) cells[at++] = isText(cell) ? (places[textIndex(cell)]! + 1) * TEXT : cell
  }
  return { cells, texts: [...indices.keys()], values }
}
