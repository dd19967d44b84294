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
  /** The column of architectures; see `readTable` for what it is by default. */
  readonly column?: string | undefined
  /** Metrics whose direction their name does not tell: does more mean better? */
  readonly higherIsBetter?: Readonly<Record<string, boolean>>
  /** How messages call the table: `config.benchmark.table`. */
  readonly label?: string
}

/** One row of a table. */
export interface TableEntry {
  /** As the table writes it. */
  readonly architecture: string
  readonly row: TableRow
}

/** What a table has for an architecture. */
export interface TableAnswer extends TableEntry {
  /** `exact`: the table has the architecture itself; `isomorphic`: one that is the same network. */
  readonly matched: 'exact' | 'isomorphic'
  /** The table's other rows of the same network, trained on their own or not. */
  readonly isomorphic: readonly TableEntry[]
}

/** A tabular benchmark: the known results of all, or many, architectures of a space. */
export interface BenchmarkTable {
  readonly name: string
  /** The column of architectures; undefined where they are the keys of a JSON object. */
  readonly column: string | undefined
  readonly size: number
  /** Columns that rank architectures, in the table's order. */
  readonly metrics: readonly string[]
  /** The row of an architecture, else of an isomorphic one; undefined where there is none. */
  lookup(text: string): TableAnswer | undefined
  /** Where the row that `lookup` finds stands by a metric; undefined where there is no row or no value. */
  rank(text: string, metric?: string): Rank | undefined
  /** The best row by a metric; the first of the table where several are. */
  best(metric?: string): TableEntry & { readonly value: number }
}

/**
 * Reads a tabular benchmark (see `readTable` for its forms). Every architecture is read and written again,
 * so that spelling does not matter. Throws an InputError for an unreadable one, and for one that stands
 * there twice. The default metric is the first.
 */
export function benchmarkTable(file: string, options: BenchmarkTableOptions = {}): BenchmarkTable {
  const { notation = plainNotation, column, higherIsBetter = {}, label = 'table' } = options
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
  const columns = directed(metricColumns(table.rows), higherIsBetter, label)

  const entry = (row: number): TableEntry => ({
    architecture: table.architectures[row]!,
    row: typedRow(table.rows[row]!),
  })
  /** Rows of the same network, the architecture's own first. */
  const rowsOf = (text: string) => {
    const wanted = notation.read(text)
    const exact = rowByText.get(notation.write(wanted))
    const others = alike(wanted).filter((row) => row !== exact)
    return { exact: exact !== undefined, rows: exact === undefined ? others : [exact, ...others] }
  }
  const metric = (name = columns[0]?.name): MetricColumn => {
    const found = columns.find((each) => each.name === name)
    if (found) return found
    if (name === undefined)
      throw new InputError(`${label}: ${table.name} has no column of numbers to rank by`)
    const names = columns.map((each) => each.name)
    throw new InputError(
      `${label}: ${table.name} has no metric ${name}${didYouMean(name, names)}; metrics: ${names.join(', ')}`,
    )
  }

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
      const { values, sorted } = metric(name)
      const value = sorted.at(-1)!
      return { ...entry(values.indexOf(value)), value }
    },
  }
}

/** Rows by canonical form, which are computed at the first question only. */
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

function directed(
  columns: readonly MetricColumn[],
  higherIsBetter: Readonly<Record<string, boolean>>,
  label: string,
): MetricColumn[] {
  const unknown = Object.keys(higherIsBetter).find((name) => !columns.some((each) => each.name === name))
  if (unknown !== undefined) {
    const names = columns.map(({ name }) => name)
    throw new InputError(
      `${label}: no metric ${unknown}${didYouMean(unknown, names)}; metrics: ${names.join(', ')}`,
    )
  }
  return columns.map((each) =>
    metricColumn(each.name, each.values, higherIsBetter[each.name] ?? each.higherIsBetter),
  )
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
