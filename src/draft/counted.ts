import { hasNumber, missingAt, textAt, valueAt } from '../data/column.js'
import type { Table } from '../data/content.js'
import { commonStep } from '../data/time-step.js'

/** What part of the rows of a series must be one step after the one before; others are gaps. */
const mostSteps = 0.9

/** The numbers of a column that has only numbers, some of them more than once; undefined for any other. */
export function restarting(table: Table, index: number): Float64Array | undefined {
  const column = table.columns[index]!
  if (!hasNumber(column)) return undefined
  const values = Float64Array.from(table.places, (_, row) => valueAt(column, row))
  if (!values.every(Number.isFinite) || new Set(values).size === values.length) return undefined
  return values
}

/** Whether a column can name things: texts, or whole numbers. */
export function isName(table: Table, index: number): boolean {
  const column = table.columns[index]!
  return (
    !hasNumber(column) ||
    table.places.every((_, row) => !missingAt(column, row) && Number.isInteger(valueAt(column, row)))
  )
}

/** Whether numbers rise in each series, in the order of the file, nearly always by the same step. */
export function isCounted(table: Table, series: number, values: Float64Array): boolean {
  const last = new Map<string, number>()
  const steps: number[] = []
  for (const row of table.places.keys()) {
    const name = textAt(table.columns[series]!, row).trim()
    const before = last.get(name)
    if (before !== undefined) steps.push(Number((values[row]! - before).toPrecision(12)))
    last.set(name, values[row]!)
  }
  const step = commonStep(steps)
  if (step === undefined || !steps.every((each) => each > 0)) return false
  return steps.filter((each) => each === step).length >= mostSteps * steps.length
}
