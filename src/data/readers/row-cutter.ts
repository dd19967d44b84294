import { InputError } from '../../base/errors.js'

/** Called with the cells of one row, and the line on which it ends. */
export type TakeRow = (cells: string[], line: number) => void

/** Cuts text that arrives in pieces into rows of cells. */
export interface RowCutter {
  push(text: string): void
  /** Called after the last piece. */
  end(): RowsEnd
}

/** How a text ended. */
export interface RowsEnd {
  /** Whether the last row was followed by a line end. */
  readonly closed: boolean
  /** The number of empty lines, which are not rows. */
  readonly emptyLines: number
}

const [LINE_FEED, RETURN, QUOTE] = [10, 13, 34]
/** The most characters of a cell, and the most cells of a row. */
export const LONGEST_CELL = 2 ** 24
export const MOST_CELLS = 2 ** 20

/**
 * Cuts rows as in RFC 4180: a quoted cell may contain delimiters and line ends, and two quotes within it
 * stand for one. A line ends with LF, CR LF or CR; white space around a cell is removed; empty lines are not
 * rows. Messages begin with `name`.
 */
export function rowCutter(name: string, delimiter: string, take: TakeRow): RowCutter {
  const mark = delimiter.charCodeAt(0)
  let text = ''
  let at = 0
  /** Where the cell begins, and its text within quotes so far. */
  let from = 0
  let quoted: string | undefined
  let state: 'cell' | 'quotes' | 'behind' = 'cell'
  let cells: string[] = []
  let line = 1
  /** The line on which the quotes were opened, and the position where they were closed. */
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

  /** Handles a quote outside of quoted text. */
  const openQuotes = () => {
    if (state === 'behind' && closedAt === at - 1) {
      // Two quotes within a quoted cell stand for one; the second one continues the quoted text.
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

  /** Proceeds to the closing quote, or to the end of the text so far. */
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
      // Only the cell that has not ended is still needed of the earlier text.
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
