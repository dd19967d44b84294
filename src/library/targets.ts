import { InputError } from '../base/errors.js'
import { labelOf } from '../data/column.js'
import { cellOf, flat, isTyped, type ArrayLike, type Cell, type TypedArray } from './values.js'

/** Targets, one per row: a number, a class label, or several numbers. */
export type Targets = readonly Cell[] | ArrayLike | TypedArray

/** Targets as rows of cells. */
export interface TargetRows {
  readonly rows: readonly (readonly (string | number)[])[]
  /** Whether each row is the index of its class, because the targets were one-hot. */
  readonly places: boolean
}

/** Reads targets. If the task is classification, several columns are one-hot. */
export function targetRows(y: Targets, count: number, name: string, task?: string): TargetRows {
  const rows = rowsIn(y, name)
  if (rows.length !== count)
    throw new InputError(`${name}: expected ${count} targets, one for each row of x, got ${rows.length}`)
  if (task !== 'classification' || rows.every(({ length }) => length === 1)) return { rows, places: false }
  const places = rows.map((row, i) => {
    const place = row.indexOf(1)
    if (place >= 0 && row.every((value, k) => value === Number(k === place))) return [place]
    throw new InputError(`${name}[${i}]: expected one 1 among zeros (one-hot), got ${row.join(', ')}`)
  })
  return { rows: places, places: true }
}

function rowsIn(y: Targets, name: string): (string | number)[][] {
  if (isTyped(y)) return Array.from(y, (value) => [value])
  if (Array.isArray(y) && !(y as readonly unknown[]).some((row) => Array.isArray(row) || isTyped(row)))
    return y.map((cell, i) => [cellOf(cell, `${name}[${i}]`)])
  if (Array.isArray(y) && y.every((row) => Array.isArray(row)))
    return widths(
      (y as readonly Cell[][]).map((row, i) => row.map((cell, k) => cellOf(cell, `${name}[${i}][${k}]`))),
      name,
    )
  const { values, shape } = flat(y as ArrayLike, name)
  const width = values.length / Math.max(1, shape[0] ?? 1)
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ])
}

function widths<T>(rows: T[][], name: string): T[][] {
  const odd = rows.findIndex(({ length }) => length !== rows[0]!.length)
  if (odd < 0) return rows
  throw new InputError(
    `${name}[${odd}]: expected ${rows[0]!.length} values, as in the first row, got ${rows[odd]!.length}`,
  )
}

/** The class indices of targets. A number is an index if no class has a number as its name. */
export function classPlaces({ rows, places }: TargetRows, classes: readonly string[]): number[] {
  const byName = new Map(classes.map((name, place) => [labelOf(name), place]))
  const numbered = classes.every((name) => Number.isNaN(Number(name)))
  return rows.map(([cell], row) => {
    const place =
      places || (numbered && typeof cell === 'number') ? Number(cell) : byName.get(labelOf(String(cell)))
    if (place !== undefined && Number.isInteger(place) && place >= 0 && place < classes.length) return place
    throw new InputError(`y[${row}]: expected one of ${classes.join(', ')}, got ${String(cell) || 'nothing'}`)
  })
}

/** Numeric targets, row by row. */
export function numberTargets({ rows }: TargetRows, outputs: readonly string[]): number[] {
  return rows.flatMap((row, i) => {
    if (row.length !== outputs.length)
      throw new InputError(
        `y[${i}]: expected ${outputs.length} values (${outputs.join(', ')}), got ${row.length}`,
      )
    return row.map((cell) => {
      if (typeof cell === 'number' && !Number.isNaN(cell)) return cell
      throw new InputError(`y[${i}]: expected a number, got ${cell === '' ? 'nothing' : String(cell)}`)
    })
  })
}
