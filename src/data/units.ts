import type { Config } from '../config/config-schema.js'
import { InputError } from '../base/errors.js'
import { firstEqualRows } from './duplicates.js'
import type { Dataset } from './types.js'

/**
 * Sets of rows that must stay on one side of a split: a block, a group, rows with equal inputs, and
 * whatever these join together. Windows of a series that cross two blocks are in none.
 */
export function rowUnits(
  dataset: Dataset,
  split: Pick<Config['split'], 'by' | 'column' | 'block'>,
): number[][] {
  const labels = labelsOf(dataset, split)
  const rows = Array.from({ length: dataset.rows }, (_, row) => row).filter(
    (row) => labels[row] !== undefined,
  )
  const parent = Uint32Array.from({ length: dataset.rows }, (_, row) => row)
  const root = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]!]!
    return row
  }
  const equal = firstEqualRows(dataset)
  const firstEqual = new Map<number, number>()
  const firstLabel = new Map<string | number, number>()
  for (const row of rows) {
    join(firstEqual, equal[row]!, row)
    join(firstLabel, labels[row]!, row)
  }
  const units = new Map<number, number[]>()
  for (const row of rows) {
    const unit = units.get(root(row))
    if (unit === undefined) units.set(root(row), [row])
    else unit.push(row)
  }
  return [...units.values()]

  function join<Key>(first: Map<Key, number>, key: Key, row: number): void {
    const other = first.get(key)
    if (other === undefined) first.set(key, row)
    else parent[root(row)] = root(other)
  }
}

/** What keeps rows together besides equal inputs: a label a row; undefined leaves the row out. */
export function labelsOf(
  { rows, keys, spans }: Dataset,
  { by, block = 1 }: Pick<Config['split'], 'by' | 'block'>,
): (string | number | undefined)[] {
  if (by === 'group') {
    if (keys === undefined)
      throw new InputError('config.split.column: expected a column for split.by group, got nothing')
    return [...keys]
  }
  return Array.from({ length: rows }, (_, row) => {
    if (by !== 'block') return row
    const [from, to] = spans?.[row] ?? [row, row + 1]
    const label = Math.floor(from / block)
    return label === Math.floor((to - 1) / block) ? label : undefined
  })
}
