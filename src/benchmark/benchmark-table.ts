import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import { plainNotation, type Choices, type Notation } from '../supernet/notation.js'
import {
  metricColumn,
  metricColumns,
  rankOf,
  typedRow,
  type MetricColumn,
  type Rank,
} from './metric-column.js'
import { readTable, type TableRow } from './read-table.js'

export interface BenchmarkTableOptions {
  /** The syntax of the table's architectures; `plainNotation` by default. */
  readonly notation?: Notation
  /** The column with the architectures; see `readTable` for the default. */
  readonly column?: string | undefined
  /** The default metric; the first one by default. */
  readonly metric?: string | undefined
  /** Whether higher values of that metric are better; by default, its name decides. */
  readonly higherIsBetter?: boolean | undefined
  /** The name of the table in messages: `config.benchmark.table`. */
  readonly label?: string
}

/** A row of a table. */
export interface TableEntry {
  /** The architecture as the table writes it. */
  readonly architecture: string
  readonly row: TableRow
}

/** The answer of a table about an architecture. */
export interface TableAnswer extends TableEntry {
  /** `exact`: the table has the architecture itself; `isomorphic`: it has one that is the same network. */
  readonly matched: 'exact' | 'isomorphic'
  /** The other rows of the table that are the same network. */
  readonly isomorphic: readonly TableEntry[]
}

/** A tabular benchmark: the known results of all, or many, architectures of a space. */
export interface BenchmarkTable {
  readonly name: string
  /** The column with the architectures; undefined if they are the keys of a JSON object. */
  readonly column: string | undefined
  readonly size: number
  /** The columns that can rank architectures, in the order of the table. */
  readonly metrics: readonly string[]
  /** The row of an architecture or, if there is none, of an isomorphic one; undefined if there is neither. */
  lookup(text: string): TableAnswer | undefined
  /** The rank, by a metric, of the row that `lookup` finds; undefined if there is no row or no value. */
  rank(text: string, metric?: string): Rank | undefined
  /** The best row by a metric, the first of several. `of` is the number of rows that have a value. */
  best(metric?: string): TableEntry & { readonly metric: string; readonly value: number; readonly of: number }
}

/**
 * Reads a tabular benchmark (see `readTable` for its forms). Every architecture is parsed and written again,
 * so that spelling does not matter. Throws an InputError if an architecture cannot be parsed or occurs twice,
 * and if no column can rank.
 */
export function benchmarkTable(file: string, options: BenchmarkTableOptions = {}): BenchmarkTable {
  const { notation = plainNotation, column, metric: asked, higherIsBetter, label = 'table' } = options
  const table = readTable(file, (text) => canRead(notation, text), column, label)
  const choices = table.architectures.map((text, row) =>
    readRow(notation, text, `${table.name} row ${row + 1}`),
  )
  const rowByText = new Map<string, number>()
  choices.forEach((each, row) => {
    const text = notation.write(each)
    const first = rowByText.get(text)
    if (first !== undefined)
      throw new InputError(
        `${table.name} row ${row + 1}: expected each architecture once, got that of row ${first + 1} again; average such rows first`,
      )
    rowByText.set(text, row)
  })
  const alike = isomorphicRows(notation, choices)
  const columns = metricColumns(table.rows)

  const entry = (row: number): TableEntry => ({
    architecture: table.architectures[row]!,
    row: typedRow(table.rows[row]!),
  })
  /** Rows of the same network; the row of the architecture itself comes first. */
  const rowsOf = (text: string) => {
    const wanted = notation.read(text)
    const exact = rowByText.get(notation.write(wanted))
    const others = alike(wanted).filter((row) => row !== exact)
    return { exact: exact !== undefined, rows: exact === undefined ? others : [exact, ...others] }
  }
  const named = (name: string | undefined): MetricColumn => {
    const namedColumn = columns.find((each) => each.name === name)
    if (namedColumn) return namedColumn
    const names = columns.map((each) => each.name)
    throw new InputError(
      name === undefined
        ? `${label}: ${table.name} has no column of numbers to rank by`
        : `${label}: ${table.name} has no metric ${name}${didYouMean(name, names)}; metrics: ${names.join(', ')}`,
    )
  }
  const first = named(asked ?? columns[0]?.name)
  const meant = metricColumn(first.name, first.values, higherIsBetter ?? first.higherIsBetter)
  const metric = (name = meant.name) => (name === meant.name ? meant : named(name))

  return {
    name: table.name,
    column: table.column,
    size: table.rows.length,
    metrics: columns.map(({ name }) => name),
    lookup(text) {
      const { exact, rows } = rowsOf(text)
      const [first, ...others] = rows
      if (first === undefined) return undefined
      return { ...entry(first), matched: exact ? 'exact' : 'isomorphic', isomorphic: others.map(entry) }
    },
    rank(text, name) {
      const [first] = rowsOf(text).rows
      return first === undefined ? undefined : rankOf(metric(name), first)
    },
    best(name) {
      const { name: metricName, values, sorted } = metric(name)
      const value = sorted.at(-1)!
      return { ...entry(values.indexOf(value)), metric: metricName, value, of: sorted.length }
    },
  }
}

/** Finds rows by canonical form. The forms are only computed at the first call. */
function isomorphicRows(notation: Notation, choices: readonly Choices[]): (wanted: Choices) => number[] {
  const canonical = notation.canonical?.bind(notation)
  if (!canonical) return () => []
  let rows: Map<string, number[]> | undefined
  return (wanted) => {
    rows ??= choices.reduce((map, each, row) => {
      const form = canonical(each)
      return map.set(form, [...(map.get(form) ?? []), row])
    }, new Map<string, number[]>())
    return rows.get(canonical(wanted)) ?? []
  }
}

function canRead(notation: Notation, text: string): boolean {
  try {
    notation.read(text)
    return true
  } catch {
    return false
  }
}

function readRow(notation: Notation, text: string, place: string): Choices {
  try {
    return notation.read(text)
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${place}: ${error.message}`)
    throw error
  }
}
