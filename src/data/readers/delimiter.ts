import { InputError } from '../../base/errors.js'
import { rowCutter } from './row-cutter.js'

/** The delimiters that are tried if none is given. Of equally good ones, the first is used. */
const delimiters = [',', ';', '\t', '|'] as const

/** The part of a file by which the delimiter is guessed: its first characters, and the rows in them. */
const SAMPLE = 2 ** 16
const LOOKED_AT = 50

/** Whether a cell has no sign of another delimiter. A decimal comma is no such sign. */
const isClean = (cell: string) => /^[-+]?\d*,\d+$/.test(cell) || !/[,;\t|]/.test(cell)

/**
 * Guesses the delimiter from the beginning of a file: the one that cuts most rows into as many cells as the
 * first row, of which it must make at least two, and leaves the fewest cells with other delimiters. `usual`
 * is returned if none does, or if it is equally good.
 */
export function guessDelimiter(beginning: string, usual: string): string {
  const scored = [usual, ...delimiters.filter((each) => each !== usual)].map((delimiter) => ({
    delimiter,
    score: scoreOf(cellsOf(beginning, delimiter)),
  }))
  return scored.reduce((best, each) => (each.score > best.score ? each : best)).delimiter
}

/**
 * 0 if the first row has one cell; otherwise the share of rows of the same length plus the share of clean
 * cells.
 */
function scoreOf(rows: readonly (readonly string[])[]): number {
  const width = rows[0]?.length ?? 0
  if (width < 2) return 0
  const cells = rows.flat()
  const alike = rows.filter((row) => row.length === width)
  return alike.length / rows.length + cells.filter(isClean).length / cells.length
}

/** The first rows without the last one, which may be incomplete, unless it is the only one. */
function cellsOf(beginning: string, delimiter: string): string[][] {
  const rows: string[][] = []
  const cutter = rowCutter('', delimiter, (cells) => {
    if (rows.length < LOOKED_AT) rows.push(cells)
  })
  try {
    cutter.push(beginning.slice(0, SAMPLE))
    if (rows.length === 0 || (rows.length === 1 && beginning.length < SAMPLE)) cutter.end()
  } catch (error) {
    // With a wrong delimiter, quotes appear within cells.
    if (!(error instanceof InputError)) throw error
    return rows.length > 1 ? rows : []
  }
  return rows
}
