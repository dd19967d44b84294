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

/** How far a text is cut. */
interface Cutting {
  readonly name: string
  readonly delimiter: string
  readonly mark: number
  readonly take: TakeRow
  text: string
  at: number
  /** Where the cell begins, and its text within quotes so far. */
  from: number
  quoted: string | undefined
  state: 'cell' | 'quotes' | 'behind quotes'
  cells: string[]
  line: number
  /** The line on which the quotes were opened, and the position where they were closed. */
  openedOn: number
  closedAt: number
  emptyLines: number
  /** Whether the last character was a return: a line feed behind it ends no line. */
  isReturned: boolean
}

/**
 * Cuts rows as in RFC 4180: a quoted cell may contain delimiters and line ends, and two quotes within it
 * stand for one. A line ends with LF, CR LF or CR; white space around a cell is removed; empty lines are not
 * rows. Messages begin with `name`.
 */
export function rowCutter(name: string, delimiter: string, take: TakeRow): RowCutter {
  const cutting: Cutting = {
    name,
    delimiter,
    mark: delimiter.charCodeAt(0),
    take,
    text: '',
    at: 0,
    from: 0,
    quoted: undefined,
    state: 'cell',
    cells: [],
    line: 1,
    openedOn: 1,
    closedAt: -1,
    emptyLines: 0,
    isReturned: false,
  }
  return {
    push(piece) {
      append(cutting, piece)
      cut(cutting)
    },
    end: () => end(cutting),
  }
}

/** Appends a piece of text to what is still needed of the earlier text: the cell that has not ended. */
function append(cutting: Cutting, piece: string): void {
  const { state, text, from } = cutting
  const rest = state === 'behind quotes' ? '' : text.slice(from)
  if (rest.length > LONGEST_CELL) throw tooLong(cutting, 'is the delimiter right?')
  cutting.closedAt -= text.length
  cutting.at = rest.length
  cutting.from = 0
  cutting.text = rest + piece
}

function cut(cutting: Cutting): void {
  const { text, mark } = cutting
  for (; cutting.at < text.length; cutting.at++) {
    if (cutting.state === 'quotes') {
      goThroughQuotes(cutting)
      continue
    }
    const code = text.charCodeAt(cutting.at)
    const wasReturned = cutting.isReturned
    cutting.isReturned = false
    if (code === mark) endCell(cutting)
    else if (code === QUOTE) openQuotes(cutting)
    else if (code === LINE_FEED && wasReturned) cutting.from = cutting.at + 1
    else if (code === LINE_FEED || code === RETURN) {
      endRow(cutting)
      cutting.line += 1
      cutting.isReturned = code === RETURN
    } else if (cutting.state === 'behind quotes' && text[cutting.at]!.trim() !== '') {
      throw behindQuotes(cutting)
    }
  }
}

function endCell(cutting: Cutting): void {
  const { cells, quoted, text, from, at } = cutting
  if (cells.length === MOST_CELLS) throw failure(cutting, `expected at most ${MOST_CELLS} cells, got more`)
  cells.push(quoted ?? text.slice(from, at).trim())
  cutting.quoted = undefined
  cutting.state = 'cell'
  cutting.from = at + 1
}

function endRow(cutting: Cutting): void {
  if (isBlank(cutting)) {
    cutting.emptyLines += 1
    cutting.from = cutting.at + 1
    return
  }
  endCell(cutting)
  const { cells } = cutting
  cutting.cells = []
  cutting.take(cells, cutting.line)
}

/** Whether the row has nothing but white space up to here. */
const isBlank = ({ cells, quoted, text, from, at }: Cutting): boolean =>
  cells.length === 0 && quoted === undefined && text.slice(from, at).trim() === ''

/** Handles a quote outside of quoted text. */
function openQuotes(cutting: Cutting): void {
  const { state, closedAt, at, text, from } = cutting
  if (state === 'behind quotes' && closedAt === at - 1) {
    // Two quotes within a quoted cell stand for one; the second one continues the quoted text.
    cutting.quoted = `${cutting.quoted!}"`
  } else if (state === 'behind quotes') {
    throw behindQuotes(cutting)
  } else if (text.slice(from, at).trim() !== '') {
    throw failure(
      cutting,
      'expected quotes around a whole cell, got one inside it; such a cell is quoted and the quotes in it are doubled',
    )
  } else {
    cutting.quoted = ''
    cutting.openedOn = cutting.line
  }
  cutting.state = 'quotes'
  cutting.from = at + 1
}

/** Proceeds to the closing quote, or to the end of the text so far. */
function goThroughQuotes(cutting: Cutting): void {
  const { text, at, from } = cutting
  const closing = text.indexOf('"', at)
  const stop = closing < 0 ? text.length : closing
  for (let i = text.indexOf('\n', at); i >= 0 && i < stop; i = text.indexOf('\n', i + 1)) cutting.line += 1
  cutting.quoted += text.slice(from, stop)
  if (cutting.quoted!.length > LONGEST_CELL)
    throw tooLong(cutting, 'are its quotes closed?', cutting.openedOn)
  cutting.at = stop
  cutting.from = stop
  if (closing < 0) return
  cutting.state = 'behind quotes'
  cutting.closedAt = closing
}

function end(cutting: Cutting): RowsEnd {
  if (cutting.state === 'quotes')
    throw failure(cutting, 'expected closing quotes, got the end of the file: was it cut?', cutting.openedOn)
  const closed = isBlank(cutting)
  if (!closed) endRow(cutting)
  return { closed, emptyLines: cutting.emptyLines }
}

const failure = ({ name, line }: Cutting, what: string, place = line): InputError =>
  new InputError(`${name} line ${place}: ${what}`)

const behindQuotes = (cutting: Cutting): InputError =>
  failure(
    cutting,
    `expected ${JSON.stringify(cutting.delimiter)} or the line's end behind closing quotes, got ${JSON.stringify(cutting.text[cutting.at])}`,
  )

const tooLong = (cutting: Cutting, question: string, place?: number): InputError =>
  failure(cutting, `expected cells below ${LONGEST_CELL / 2 ** 20} MB, got a longer one; ${question}`, place)
