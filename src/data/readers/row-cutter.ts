import { InputError } from '../../base/errors.js'

/** Takes the cells of one row, and the line that it ends on. */
export type TakeRow = (cells: string[], line: number) => void

/** Cuts text that comes in pieces into rows of cells. */
export interface RowCutter {
  push(text: string): void
  /** The text is over. */
  end(): RowsEnd
}

/** How a text ended. */
export interface RowsEnd {
  /** Whether a line end stood behind the last row. */
  readonly closed: boolean
  /** Lines without anything, which are no rows. */
  readonly emptyLines: number
}

const [LINE_FEED, RETURN, QUOTE] = [10, 13, 34]
/** Bytes of a cell, and cells of a row, at most. */
export const LONGEST_CELL = 2 ** 24
export const MOST_CELLS = 2 ** 20

/**
 * Cuts rows as RFC 4180 has them: quotes around a cell keep delimiters and line ends in it, two quotes inside stand
 * for one. A line ends with LF, CR LF or CR; blanks around a cell are no part of it; empty lines are no rows.
 * `name` begins messages.
 */
export function rowCutter(name: string, delimiter: string, take: TakeRow): RowCutter {
  const mark = delimiter.charCodeAt(0)
  let text = ''
  let at = 0
  /** Where the cell begins, and the text of it that was quoted. */
  let from = 0
  let quoted: string | undefined
  let state: 'cell' | 'quotes' | 'behind' = 'cell'
  let cells: string[] = []
  let line = 1
  /** The line on which quotes opened, and where they closed. */
  let opened = 1
  let closedAt = -1
  let emptyLines = 0
  let skipLineFeed = false

  const fail = (what: string, place = line) => new InputError(`${name} line ${place}: ${what}`)

  const behind = () =>
    fail(
      `expected ${JSON.stringify(delimiter)} or the line's end behind closing quotes, got ${JSON.stringify(text[at])}`,
    )

  const endCell = () => {
    if (cells.length === MOST_CELLS) throw fail(`expected at most ${MOST_CELLS} cells, got more`)
    cells.push(quoted ?? text.slice(from, at).trim())
    quoted = undefined
    state = 'cell'
    from = at + 1
  }

  const endRow = () => {
    const empty = cells.length === 0 && quoted === undefined && text.slice(from, at).trim() === ''
    if (empty) {
      emptyLines += 1
      from = at + 1
      return
    }
    endCell()
    take(cells, line)
    cells = []
  }

  /** A quote in a cell that is not quoted (yet). */
  const openQuotes = () => {
    if (state === 'behind' && closedAt === at - 1) {
      // Two quotes in quotes are one: the second begins what follows.
      quoted = `${quoted!}"`
    } else if (state === 'behind') {
      throw behind()
    } else if (text.slice(from, at).trim() !== '') {
      throw fail(
        'expected quotes around a whole cell, got one inside it; such a cell is quoted and the quotes in it are doubled',
      )
    } else {
      quoted = ''
      opened = line
    }
    state = 'quotes'
    from = at + 1
  }

  /** Goes to the end of quotes, or of the text so far. */
  const inQuotes = () => {
    const end = text.indexOf('"', at)
    const stop = end < 0 ? text.length : end
    for (let i = text.indexOf('\n', at); i >= 0 && i < stop; i = text.indexOf('\n', i + 1)) line += 1
    quoted += text.slice(from, stop)
    if (quoted!.length > LONGEST_CELL)
      throw fail(
        `expected cells below ${LONGEST_CELL / 2 ** 20} MB, got a longer one; are its quotes closed?`,
        opened,
      )
    at = stop
    from = stop
    if (end < 0) return
    state = 'behind'
    closedAt = end
  }

  const scan = () => {
    for (; at < text.length; at++) {
      if (state === 'quotes') {
        inQuotes()
        continue
      }
      const code = text.charCodeAt(at)
      const wasReturn = skipLineFeed
      skipLineFeed = false
      if (code === mark) endCell()
      else if (code === QUOTE) openQuotes()
      else if (code === LINE_FEED || code === RETURN) {
        if (code === LINE_FEED && wasReturn) {
          from = at + 1
          continue
        }
        endRow()
        line += 1
        skipLineFeed = code === RETURN
      } else if (state === 'behind' && text[at]!.trim() !== '') {
        throw behind()
      }
    }
  }

  return {
    push(piece) {
      // What of the text before is still needed: the cell that has not ended.
      const rest = state === 'behind' ? '' : text.slice(from)
      closedAt -= text.length
      if (rest.length > LONGEST_CELL)
        throw fail(
          `expected cells below ${LONGEST_CELL / 2 ** 20} MB, got a longer one; is the delimiter right?`,
        )
      at = rest.length
      from = 0
      text = rest + piece
      scan()
    },
    end() {
      if (state === 'quotes')
        throw fail('expected closing quotes, got the end of the file: was it cut?', opened)
      const closed = cells.length === 0 && quoted === undefined && text.slice(from).trim() === ''
      if (!closed) endRow()
      return { closed, emptyLines }
    },
  }
}
