import {
  countMissingCells,
  distinctCells,
  hasNumber,
  labelsOf,
  missingAt,
  valueAt,
  type Column,
  type Distinct,
} from '../data/column.js'
import { MOST_CATEGORIES } from '../data/encode.js'
import { whyKey, type KeyReason } from './draft-keys.js'
import { isWorthFolding } from './draft-rare.js'

/** Distinct cells that are examined per column. */
export const lookedAt = 10_000

/** So many different cells are few: a column of no more is one of categories, if any cell is a text. */
export const few = 20

/** Whether a cell is a whole number with zeros in front: 007, but not 0.5 or 00:30. */
export const isPadded = (cell: string): boolean => /^0\d+$/.test(cell.trim())

/** The reason why a column cannot help to predict new rows; undefined if it may help. */
export function whyNoInput(name: string, column: Column, ordered: boolean): KeyReason | undefined {
  const rows = column.cells.length
  const missing = countMissingCells(column)
  if (missing === rows) return { why: 'empty' }
  const distinct = distinctCells(column, Math.max(lookedAt, rows))
  const count = distinct.numbers.length + distinct.texts.length
  if (count === 1 && missing === 0) return { why: 'the same in all rows' }
  if (!hasNumber(column) || whyCategories(column) !== undefined) {
    const labels = labelsOf(distinct).length
    const isMuch = labels > MOST_CATEGORIES || (labels > few && labels > (rows - missing) / 2)
    if (isMuch && !(labels > MOST_CATEGORIES && isWorthFolding(column, rows - missing)))
      return { why: ordered && labels === rows ? 'the time' : `${labels} different texts in ${rows} rows` }
    return undefined
  }
  return whyKey(name, column, ordered)
}

/**
 * The reason why a column with numbers holds categories all the same: they are codes with zeros in front, or texts
 * stand among them, and the column has few different cells, or more texts than numbers, or they are codes. Undefined
 * if its numbers are numbers, or if none of its cells is a number.
 */
export function whyCategories(column: Column): string | undefined {
  if (!hasNumber(column)) return undefined
  const distinct = distinctCells(column, Math.max(lookedAt, column.cells.length))
  const padded = paddedCode(distinct)
  if (padded !== undefined) return `codes such as ${padded}`
  const words = distinct.texts.filter((_, i) => Number.isNaN(distinct.textValues[i]))
  if (words.length === 0) return undefined
  const isFew = distinct.numbers.length + distinct.texts.length <= few
  return isFew || mostAreWords(column) || areCodes(distinct, words) ? `${words[0]} among numbers` : undefined
}

/** From this share of the different cells on, zeros in front are no slip of the pen. */
const paddedShare = 0.1

/**
 * A code with zeros in front, if a column holds such codes: all cells are whole numbers of as many digits, or many
 * have these zeros.
 */
function paddedCode({ numbers, texts }: Distinct): string | undefined {
  const codes = texts.filter(isPadded)
  const [code] = codes
  if (code === undefined) return undefined
  const digits = code.trim().length
  const isFixed = [...numbers.map(String), ...texts].every(
    (cell) => /^\d+$/.test(cell.trim()) && cell.trim().length === digits,
  )
  return isFixed || codes.length >= paddedShare * (numbers.length + texts.length) ? code.trim() : undefined
}

/** Whether at least half of the cells that are not missing are no numbers. */
function mostAreWords(column: Column): boolean {
  const balance = column.cells.reduce((sum, _, row) => {
    if (missingAt(column, row)) return sum
    return sum + (Number.isNaN(valueAt(column, row)) ? 1 : -1)
  }, 0)
  return balance >= 0
}

/** Whether the numbers are whole, and each text is digits and letters, as in 136, 136A. */
const areCodes = ({ numbers }: Distinct, words: readonly string[]): boolean =>
  numbers.every(Number.isInteger) && words.every((word) => /^(?=.*\d)(?=.*\p{L})[\p{L}\d]+$/u.test(word))
