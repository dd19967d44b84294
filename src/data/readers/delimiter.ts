import { InputError } from '../../base/errors.js'
import { rowCutter } from './row-cutter.js'

/** What a delimiter may be where none is given; the first of equals is taken. */
const candidates = [',', ';', '\t', '|'] as const

/** What a guess looks at: so many characters, and rows of them. */
const SAMPLE = 2 ** 16
const LOOKED_AT = 50

/** A comma inside is fine where it is a decimal sign, other delimiters inside are a sign of another one. */
const isClean = (cell: string) => /^[-+]?\d*,\d+$/.test(cell) || !/[,;\t|]/.test(cell)

/**
 * The delimiter of a file by its first lines: the one that cuts most rows into as many cells as the first, two at
 * least, with the fewest delimiters left in them. `usual` is taken where none does, or where it is as good.
 */
export function guessDelimiter(beginning: string, usual: string): string {
  const scored = [usual, ...candidates.filter((each) => each !== usual)].map((delimiter) => ({
    delimiter,
    score: scoreOf(cellsOf(beginning, delimiter)),
  }))
  return scored.reduce((best, each) => (each.score > best.score ? each : best)).delimiter
}

/** 0 where the first row has one cell; else the share of rows as long as it, and the share of clean cells. */
function scoreOf(rows: readonly (readonly string[])[]): number {
  const width = rows[0]?.length ?? 0
  if (width < 2) return 0
  const cells = rows.flat()
  const alike = rows.filter((row) => row.length === width)
  return alike.length / rows.length + cells.filter(isClean).length / cells.length
}

/** The first rows without the last, which may be cut; where there is no other, that one. */
function cellsOf(beginning: string, delimiter: string): string[][] {
  const rows: string[][] = []
  const cutter = rowCutter('', delimiter, (cells) => {
    if (rows.length < LOOKED_AT) rows.push(cells)
  })
  try {
    cutter.push(beginning.slice(0, SAMPLE))
    if (rows.length === 0 || (rows.length === 1 && beginning.length < SAMPLE)) cutter.end()
  } catch (error) {
    // With the wrong delimiter quotes stand inside cells.
    if (!(error instanceof InputError)) throw error
    return rows.length > 1 ? rows : []
  }
  return rows
}
