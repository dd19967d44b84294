import type { TableRow } from './read-table.js'

/** A column by which architectures can be ranked. */
export interface MetricColumn {
  readonly name: string
  readonly higherIsBetter: boolean
  /** The value of each row; NaN if the table has none. */
  readonly values: Float64Array
  /** The values that exist, worst first. */
  readonly sorted: Float64Array
}

/** The rank of an architecture among all of a table, which replaces an exhaustive search as the reference. */
export interface Rank {
  readonly metric: string
  readonly higherIsBetter: boolean
  readonly value: number
  readonly best: number
  /** The regret |best − value| in the unit of the metric. */
  readonly regret: number
  /** The rank, 1 for the best; equal values share the better rank. */
  readonly rank: number
  /** The number of architectures that have a value. */
  readonly of: number
  /** The percentage of the other architectures that are not better. */
  readonly percentile: number
}

/** Matches columns that number rows, or give the spread of other columns. */
const noMetric = /^(index|id|row|seed|rank|epochs?)$|(^|[._-])(std|stderr|variance)$/i
const lowerIsBetter =
  /loss|err|mse|mae|cross.?entropy|perplexity|param|flop|madd|latency|energy|time|seconds|size/i

/** Whether higher values of a metric are better, judged by its name; true for unknown names. */
export const growsBetter = (name: string): boolean => !lowerIsBetter.test(name)

/** The columns of numbers, except those that number rows or give spreads. */
export function metricColumns(rows: readonly TableRow[]): MetricColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return names.flatMap((name) => {
    if (noMetric.test(name)) return []
    const values = Float64Array.from(rows, (row) => cellValue(row[name]))
    const wrong = rows.some((row, i) => Number.isNaN(values[i]) && !isMissing(row[name]))
    return wrong || values.every(Number.isNaN) ? [] : [metricColumn(name, values, growsBetter(name))]
  })
}

/** Makes the column of a metric; `values` are NaN where the table has none. */
export function metricColumn(name: string, values: Float64Array, higherIsBetter: boolean): MetricColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  return { name, higherIsBetter, values, sorted: higherIsBetter ? sorted : sorted.reverse() }
}

/** The rank of a row; undefined if the table has no value for it. */
export function rankOf(
  { name, higherIsBetter, values, sorted }: MetricColumn,
  row: number,
): Rank | undefined {
  const value = values[row]!
  if (Number.isNaN(value)) return undefined
  const best = sorted.at(-1)!
  const better = sorted.length - 1 - sorted.lastIndexOf(value)
  const others = sorted.length - 1
  return {
    metric: name,
    higherIsBetter,
    value,
    best,
    regret: Math.abs(best - value),
    rank: better + 1,
    of: sorted.length,
    percentile: others === 0 ? 100 : (100 * (others - better)) / others,
  }
}

const isMissing = (cell: unknown): boolean =>
  cell === undefined ||
  cell === null ||
  (typeof cell === 'string' && /^(|na|nan|null|\?)$/i.test(cell.trim()))

function cellValue(cell: unknown): number {
  if (typeof cell === 'number') return cell
  if (typeof cell !== 'string' || isMissing(cell)) return NaN
  return Number(cell)
}

/** A row with its cells as numbers if they are numbers, and null if they are empty. */
export const typedRow = (row: TableRow): TableRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => {
      if (isMissing(cell)) return [name, null]
      const value = cellValue(cell)
      return [name, Number.isNaN(value) ? cell : value]
    }),
  )
