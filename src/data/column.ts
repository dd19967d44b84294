import { checkFits } from '../base/limit.js'
import { exactInteger, hasLeadingZero, isCode, isNumeric, toPlain, type NumberForm } from './numbers.js'

/**
 * The cells of one column, about 8 bytes each: a number as it is, any other cell as a number of `texts`, its
 * distinct texts, times 2^960. Made by `columnBuilder`, read by the functions below.
 */
export interface Column {
  readonly cells: Float64Array
  readonly texts: readonly string[]
  /** The number that each text is nevertheless (`007`, `1e39`); NaN where it is none. */
  readonly values: readonly number[]
  /** For `data.numeric`: the unit beside each number (`%`), which was left out; empty if there was none. */
  readonly unit?: string
}

/** No number in use is as large, and products with it are exact: one array holds numbers and texts. */
const TEXT = 2 ** 960
export const MOST = 3.4028234663852886e38

const MISSING = new Set(['', 'na', 'n/a', 'nan', '?', 'null'])

/** Whether a cell holds no value: empty, NA, N/A, NaN, ? or null, in upper or lower case. */
export const isMissing = (cell: string): boolean => cell.length < 6 && MISSING.has(cell.trim().toLowerCase())

const textIndex = (cell: number): number => cell / TEXT - 1

/** Whether the cell is no plain number. */
const isText = (cell: number): boolean => cell >= TEXT

/** The cell as text; numbers as JavaScript writes them. */
export const textAt = ({ cells, texts }: Column, row: number): string => {
  const cell = cells[row]!
  return isText(cell) ? texts[textIndex(cell)]! : String(cell)
}

/** The number in a cell; NaN where there is none. */
export const valueAt = ({ cells, values }: Column, row: number): number => {
  const cell = cells[row]!
  return isText(cell) ? values[textIndex(cell)]! : cell
}

/** Whether the cell holds no value. */
export const missingAt = ({ cells, texts }: Column, row: number): boolean => {
  const cell = cells[row]!
  return isText(cell) && isMissing(texts[textIndex(cell)]!)
}

/** Whether any cell is a number. */
export const hasNumber = ({ cells, values }: Column): boolean =>
  cells.some((cell) => !isText(cell) || !Number.isNaN(values[textIndex(cell)]!))

/** The column with numbers in place of its texts: what `read` gives for a text, or NaN to leave it; once a text. */
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

/** How many cells are missing. */
export function countMissingCells(column: Column): number {
  if (column.texts.length === 0) return 0
  const missing = column.texts.map(isMissing)
  return column.cells.reduce((sum, cell) => sum + (isText(cell) && missing[textIndex(cell)]! ? 1 : 0), 0)
}

/** The cells that differ and are not missing. */
export interface Distinct {
  readonly numbers: readonly number[]
  readonly texts: readonly string[]
  /** The number that each text is nevertheless; NaN where it is none. */
  readonly textValues: readonly number[]
  /** There are more, which are not told. */
  readonly more: boolean
}

/** The distinct present cells, at most `most` of them. */
export function distinctCells({ cells, texts, values }: Column, most: number): Distinct {
  const missing = texts.map(isMissing)
  const found = new Set<number>()
  for (const cell of cells) {
    if (found.has(cell) || (isText(cell) && missing[textIndex(cell)]!)) continue
    if (found.size === most) return { ...split(found), more: true }
    found.add(cell)
  }
  return { ...split(found), more: false }

  function split(all: Set<number>): Omit<Distinct, 'more'> {
    const indices = [...all].filter(isText).map(textIndex)
    return {
      numbers: [...all].filter((cell) => !isText(cell)),
      texts: indices.map((index) => texts[index]!),
      textValues: indices.map((index) => values[index]!),
    }
  }
}

/** A code for each cell by its label (see `labelOf`), −1 for labels that `codes` does not know, NaN where missing. */
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

/** A label as a category or class: `1.0` and `1` are one, but `007` and what no 64-bit float holds stay. */
export function labelOf(cell: string): string {
  const text = cell.trim()
  if (!isNumeric(text)) return text
  return isCode(text) || !(Math.abs(Number(text)) <= MOST) ? nameOf(text) : String(Number(text) + 0)
}

/** A code as a label: integers beyond 2⁵³ without a sign or zeros that say nothing. */
const nameOf = (code: string): string => String(exactInteger(code) ?? code)

/** Distinct labels in order: by value where all are numbers, else by character code. */
export function sortedLabels(labels: Iterable<string>): string[] {
  const unique = [...new Set(labels)]
  return unique.every(isNumeric)
    ? unique.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : unique.sort()
}

/** The labels of distinct cells, in order. */
export const labelsOf = ({ numbers, texts }: Distinct): string[] =>
  sortedLabels([...numbers.map(String), ...texts.map(labelOf)])

/** The column with only some of its cells, in the order given. */
export function selectCells(column: Column, rows: readonly number[]): Column {
  const cells = new Float64Array(rows.length)
  rows.forEach((row, i) => (cells[i] = column.cells[row]!))
  return { ...column, cells }
}

/** Counts what columns take, for tables that would not fit: all columns of a table have one. */
export interface Room {
  bytes: number
}

/** Cell by cell a column. */
export interface ColumnBuilder {
  /** Takes a cell as it stands in the file. */
  add(cell: string): void
  /** Takes a number that was one already. */
  addNumber(value: number): void
  build(): Column
}

/** Cells (8 bytes) and their copies as inputs, raw (8) and scaled (4). */
const BYTES_A_CELL = 20
/** A text, its place in a list and in a map. */
const BYTES_A_TEXT = 100

/** Builds a column; `where` begins the message where `room` is used up, `form` is how its numbers are written. */
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
      // A piece of a text keeps all of it in memory.
      const own = text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string)
      index = texts.push(own) - 1
      values.push(value)
      indices.set(own, index)
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

/** The cells of several columns, one after another. */
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
