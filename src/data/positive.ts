import { expected } from '../base/errors.js'
import type { PreparedData } from './types.js'

/**
 * Data whose task knows its positive class: the given one or, of two classes, the one with fewer training rows
 * (of equally many, the last). Throws InputError for a name that is no class.
 */
export function withPositive(data: PreparedData, given: string | undefined): PreparedData {
  const { dataset, splits } = data
  const { task, targets } = dataset
  if (task.kind !== 'classification') {
    if (given === undefined) return data
    throw expected('config.data.positive', 'a classification task, or no such key', task.kind)
  }
  const { classes } = task
  if (given !== undefined && !classes.includes(given))
    throw expected('config.data.positive', `one of the classes ${shortList(classes)}`, given)
  const positive = given ?? (classes.length === 2 ? classes[rarer(targets, splits.train)] : undefined)
  return positive === undefined ? data : { ...data, dataset: { ...dataset, task: { ...task, positive } } }
}

/** The class 0 or 1 of which fewer rows are; 1 of equally many. */
function rarer(targets: ArrayLike<number>, rows: Uint32Array): 0 | 1 {
  const ones = rows.reduce((sum, row) => sum + targets[row]!, 0)
  return 2 * ones > rows.length ? 0 : 1
}

const shortList = (names: readonly string[]): string =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')}, …` : names.join(', ')
