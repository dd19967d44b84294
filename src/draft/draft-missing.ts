import { countMissingCells, distinctCells, isMissing, type Column } from '../data/column.js'
import type { Table } from '../data/content.js'
import { emptied } from '../data/missing-values.js'
import { disguiseOf, withUnit } from '../data/numbers.js'
import { few, isPadded, lookedAt } from './draft-inputs.js'
import type { Choice, DataSection, Drafted } from './types.js'

/** What people and spreadsheets write for a missing number, in lower case, beside the built-in words. */
const words = new Set([
  ...['-', '--', '---', '–', '—', '.', 'none', 'nil', 'missing', '#n/a', '#n/a n/a', '#na', 'n.a.', 'n. a.'],
  ...['#div/0!', '#value!', '#ref!', '#name?', '#num!', '#null!', '#getting_data', '#spill!', '#calc!'],
  // The same as Excel writes them in German, and as other programs do.
  ...['#nv', '#wert!', '#bezug!', '#zahl!', 'k.a.', '-nan', '-1.#ind', '1.#qnan'],
])

const isWord = (text: string): boolean => words.has(text.trim().toLowerCase())

/**
 * The words that mean a missing cell in columns that otherwise hold numbers (`data.missingValues`): for all
 * columns in a list, unless another column has one of them among its texts.
 */
export function draftMissingValues({ names, columns }: Table): Drafted<Partial<DataSection>> {
  const wordColumns = names.flatMap((name, c) => {
    const missingWords = wordsIn(name, columns[c]!)
    return missingWords.length > 0 ? [{ name, column: c, missingWords }] : []
  })
  if (wordColumns.length === 0) return { section: {}, choices: [] }
  const all = [...new Set(wordColumns.flatMap(({ missingWords }) => missingWords))].sort()
  const chosen = new Set(wordColumns.map(({ column }) => column))
  const isElsewhere = columns.some(
    (column, c) =>
      !chosen.has(c) && column.texts.some((text) => !isMissing(text) && all.includes(text.trim())),
  )
  const missingValues = isElsewhere
    ? Object.fromEntries(wordColumns.map(({ name, missingWords }) => [name, missingWords]))
    : all
  const counts = wordColumns.map(({ name, column, missingWords }) => {
    const cells = columns[column]!
    const count = countMissingCells(emptied(cells, missingWords)) - countMissingCells(cells)
    return `${name} (${count} of ${cells.cells.length} cells: ${missingWords.join(', ')})`
  })
  const shown = counts.length > 5 ? [...counts.slice(0, 5), `${counts.length - 5} more columns`] : counts
  const choice: Choice = {
    key: ['data', 'missingValues'],
    why: `words among numbers: ${shown.join(', ')}; they count as missing cells`,
  }
  return { section: { missingValues }, choices: [choice] }
}

/** The words of missing cells in a column whose other cells are all numbers, as they are written. */
function wordsIn(name: string, column: Column): string[] {
  const { numbers, texts, textValues } = distinctCells(column, lookedAt)
  const missingWords = texts.filter(isWord)
  if (missingWords.length === 0) return []
  // Codes such as 007 are names, and a dash among them may be one, too.
  if (texts.some(isPadded)) return []
  const others = texts.filter((text, i) => !isWord(text) && Number.isNaN(textValues[i]))
  const areNumbers = others.every((text) => withUnit(text) !== undefined)
  const isRead = others.length === 0 || disguiseOf(others, name) !== undefined
  const distinct = numbers.length + texts.length - missingWords.length
  // Beside a few whole numbers, a word of letters may be a level: 1, 2, none.
  const isScale = distinct <= few && numbers.every(Number.isInteger)
  if (isScale && missingWords.some((text) => /^\p{L}/u.test(text.trim()))) return []
  return distinct > 1 && areNumbers && isRead ? [...new Set(missingWords.map((text) => text.trim()))] : []
}
