import type { Config } from '../config/config-schema.js'
import { countMissingCells, textAt } from '../data/column.js'
import type { Table } from '../data/content.js'
import type { DataSection, Drafted } from './types.js'

/** From so many rows for each set of inputs on, on average, inputs repeat by design. */
const repeats = 5

/** With fewer subjects than this, a test on some of them would say little. */
const fewestSubjects = 10

/**
 * Names of columns that say of whom a row is. Shops or machines are left out: new rows are often of the same
 * ones.
 */
const subjectName =
  /^(id|subj|(subject|patient|person|participant|individual|respondent|animal)s?([ _.-]?(id|no|nr|num|number|code))?)$/i

type DraftedSplit = Drafted<Partial<Config['split']>>

/** The `split` section of a table if it differs from the default: by subjects, or with equal inputs apart. */
export function draftSplit(
  table: Table,
  { target, drop = [] }: Partial<DataSection>,
): DraftedSplit | undefined {
  const targets = new Set([target].flat().map(String))
  const left = new Set(drop)
  const at = table.names.map((_, c) => c)
  const outputs = at.filter((c) => targets.has(table.names[c]!))
  const inputs = at.filter((c) => !targets.has(table.names[c]!) && !left.has(table.names[c]!))
  return bySubject(table, inputs, outputs) ?? equalApart(table, inputs, outputs)
}

/**
 * A split by group where a column says of whom a row is, and there are at least two rows each on average: a
 * network that is tested on subjects of whom it has seen other rows would look better than it is on new ones.
 * The column is no input then; where it is the only one, rows are of the same subjects for ever.
 */
function bySubject(
  { names, columns, places }: Table,
  inputs: readonly number[],
  outputs: readonly number[],
): DraftedSplit | undefined {
  for (const [c, name] of names.entries()) {
    const column = columns[c]!
    if (!subjectName.test(name) || outputs.includes(c) || countMissingCells(column) > 0) continue
    const subjects = new Set(places.map((_, row) => textAt(column, row))).size
    if (subjects < fewestSubjects || 2 * subjects > places.length) continue
    if (inputs.every((input) => input === c)) continue
    const why = `${places.length} rows are of ${subjects} different ${name}, and rows of one stay together, so the test is on others; set split.by to random if new rows are of the same ones`
    return {
      section: { by: 'group', column: name, equal: 'apart' },
      choices: [{ key: ['split', 'column'], why }],
    }
  }
  return undefined
}

/**
 * In a table in which few different inputs repeat with different targets, as in a trial with six treatments,
 * rows are split apart, because a network that is tested on inputs that it has never seen would be tested on
 * what no new row will have. Undefined for any other table; copies of rows stay together.
 */
function equalApart(
  { columns, places }: Table,
  inputs: readonly number[],
  outputs: readonly number[],
): DraftedSplit | undefined {
  const rows = places.length
  const known = new Map<string, string>()
  let differ = false
  for (let row = 0; row < rows; row++) {
    const textIn = (at: readonly number[]) => JSON.stringify(at.map((c) => textAt(columns[c]!, row)))
    const [key, answer] = [textIn(inputs), textIn(outputs)]
    differ ||= known.has(key) && known.get(key) !== answer
    known.set(key, answer)
    if (known.size * repeats > rows) return undefined
  }
  if (!differ || known.size < 2) return undefined
  const why = `${rows} rows have only ${known.size} different inputs, with different targets, so new rows will repeat them as well`
  return { section: { equal: 'apart' }, choices: [{ key: ['split', 'equal'], why }] }
}
