import type { OptimizerRow } from '../backend/device.js'
import type { Slots } from './optimizer-slots.js'
import type { NamedArrays, Update } from './transforms.js'

const rows = new WeakMap<readonly Update[], OptimizerRow[]>()

/**
 * The rows of some updates, with the current λ. If the tensors are the same as last time, so are the rows.
 */
export function rowsOf(
  arrays: NamedArrays,
  updates: readonly Update[],
  slots: Slots,
  names: readonly string[],
): readonly OptimizerRow[] {
  const before = rows.get(updates)
  const isSame = ({ name, gradient }: Update, { value, gradient: known, slots: [first] }: OptimizerRow) =>
    arrays.get(name) === value && gradient === known && slots.zeros(name, names[0]!, value) === first
  if (before?.every((row, i) => isSame(updates[i]!, row))) {
    updates.forEach(({ decay = 0, threshold = 0, rate = 1 }, i) =>
      Object.assign(before[i]!, { decay, threshold, rate }),
    )
    return before
  }
  const newRows = updates.map(({ name, gradient, decay = 0, threshold = 0, rate = 1 }) => {
    const value = arrays.get(name)
    return {
      value,
      gradient,
      slots: names.map((slot) => slots.zeros(name, slot, value)),
      decay,
      threshold,
      rate,
    }
  })
  rows.set(updates, newRows)
  return newRows
}

/**
 * Counts another step of each array, and groups the updates by the number of steps that their arrays have
 * taken.
 */
export function byCount(updates: readonly Update[], slots: Slots): Map<number, readonly Update[]> {
  const counts = updates.map(({ name }) => slots.count(name))
  const [first] = counts
  if (first === undefined) return new Map()
  if (counts.every((count) => count === first)) return new Map([[first, updates]])
  return new Map([...new Set(counts)].map((count) => [count, updates.filter((_, i) => counts[i] === count)]))
}
