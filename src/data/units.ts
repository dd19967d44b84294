import type { Config } from '../config/config-schema.js'
import { InputError } from '../base/errors.js'
import { firstInSplit } from './duplicates.js'
import type { Dataset } from './types.js'

/**
 * Sets of rows that must stay on one side of a split: those of a block or a group, those with equal inputs
 * (unless these are split apart), and those that are connected by both. Windows of a series that cross two
 * blocks are in no set.
 */
export function rowUnits(
  dataset: Dataset,
  split: Pick<Config['split'], 'by' | 'column' | 'block' | 'equal'>,
): number[][] {
  const labels = unitLabels(dataset, split)
  const rows = Array.from({ length: dataset.rows }, (_, row) => row).filter(
    (row) => labels[row] !== undefined,
  )
  const parent = Uint32Array.from({ length: dataset.rows }, (_, row) => row)
  const root = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]!]!
    return row
  }
  const equal = firstInSplit(dataset, split)
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

/** One label per row that keeps rows together in addition to equal inputs; undefined leaves a row out. */
export function unitLabels(
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
