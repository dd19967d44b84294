import type { Config } from '../config/config-schema.js'
import { textAt } from '../data/column.js'
import type { Table } from '../data/content.js'
import type { DataSection, Drafted } from './types.js'

/** From so many rows for each set of inputs on, on average, inputs repeat by design. */
const repeats = 5

/**
 * The `split` section of a table in which few different inputs repeat with different targets, as in a trial
 * with six treatments: its rows are split apart, because a network that is tested on inputs that it has never
 * seen would be tested on what no new row will have. Undefined for any other table; copies of rows stay
 * together.
 */
export function draftSplit(
  table: Table,
  { target, drop = [] }: Partial<DataSection>,
): Drafted<Partial<Config['split']>> | undefined {
  const targets = new Set([target].flat().map(String))
  const left = new Set(drop)
  const inputs = table.columns.filter((_, c) => !targets.has(table.names[c]!) && !left.has(table.names[c]!))
  const outputs = table.columns.filter((_, c) => targets.has(table.names[c]!))
  const rows = table.places.length
  const known = new Map<string, string>()
  let differ = false
  for (let row = 0; row < rows; row++) {
    const textIn = (columns: typeof inputs) => JSON.stringify(columns.map((column) => textAt(column, row)))
    const [key, answer] = [textIn(inputs), textIn(outputs)]
    differ ||= known.has(key) && known.get(key) !== answer
    known.set(key, answer)
    if (known.size * repeats > rows) return undefined
  }
  if (!differ || known.size < 2) return undefined
  const why = `${rows} rows have only ${known.size} different inputs, with different targets, so that new rows will repeat them, too`
  return { section: { equal: 'apart' }, choices: [{ key: ['split', 'equal'], why }] }
}
