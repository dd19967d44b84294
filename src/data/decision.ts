import { InputError } from '../base/errors.js'
import type { Classes } from '../config/classes-schema.js'
import type { Decision, Emphasis, PreparedData } from './types.js'

/** Data whose task knows how a class is decided for. */
export function withDecision(data: PreparedData, decision: Decision | undefined): PreparedData {
  const { task } = data.dataset
  if (!decision || task.kind !== 'classification') return data
  return { ...data, dataset: { ...data.dataset, task: { ...task, decision } } }
}

/** `classes.costs` as a matrix, [true class][decided class]. Throws InputError for other classes or sizes. */
export function costMatrix(classes: readonly string[], given: Classes['costs']): number[][] | undefined {
  if (given === undefined) return undefined
  const path = 'config.classes.costs'
  if (Array.isArray(given)) {
    const size = classes.length
    if (given.length !== size || given.some((row) => row.length !== size))
      throw new InputError(
        `${path}: expected ${size} rows of ${size} costs, in the order ${shortList(classes)}, got ${given.length} rows of ${[...new Set(given.map((row) => row.length))].join(' and ')}`,
      )
    return given
  }
  requireClasses(path, Object.keys(given), classes)
  for (const [truth, row] of Object.entries(given))
    requireClasses(`${path}.${truth}`, Object.keys(row), classes)
  return classes.map((truth) => classes.map((said) => given[truth]?.[said] ?? (said === truth ? 0 : 1)))
}

/** Data whose training emphasises classes as `classes.weights` and `classes.sampling` say. */
export function withEmphasis(data: PreparedData, given: Classes | undefined): PreparedData {
  const { dataset, splits, targets } = data
  const { task } = dataset
  const isBalanced = given?.sampling === 'balanced'
  if (!given || task.kind !== 'classification' || (given.weights === undefined && !isBalanced)) return data
  const { classes } = task
  const counts = classes.map(() => 0)
  for (const row of splits.train) counts[targets[row]!]!++
  const weights = given.weights === undefined ? undefined : weightsOf(given.weights, classes, counts)
  const inverse = classes.map((_, c) => splits.train.length / (classes.length * Math.max(1, counts[c]!)))
  const emphasis: Emphasis = {
    weights,
    ...(isBalanced && { balanced: true }),
    priors: classes.map((_, c) => (weights?.[c] ?? 1) * (isBalanced ? inverse[c]! : 1)),
  }
  return { ...data, emphasis }
}

/** n / (k · n_c) for `balanced`; given weights divided by their mean over the training rows. */
function weightsOf(
  given: NonNullable<Classes['weights']>,
  classes: readonly string[],
  counts: readonly number[],
): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  if (given === 'balanced') return counts.map((count) => rows / (counts.length * Math.max(1, count)))
  requireClasses('config.classes.weights', Object.keys(given), classes)
  const weights = classes.map((name) => given[name] ?? 1)
  const mean = weights.reduce((sum, weight, c) => sum + weight * counts[c]!, 0) / rows
  return weights.map((weight) => weight / mean)
}

function requireClasses(path: string, names: readonly string[], classes: readonly string[]): void {
  const unknown = names.find((name) => !classes.includes(name))
  if (unknown !== undefined)
    throw new InputError(`${path}: expected classes ${shortList(classes)}, got ${JSON.stringify(unknown)}`)
}

const shortList = (names: readonly string[]): string =>
  names.length > 20 ? `${names.slice(0, 20).join(', ')}, …` : names.join(', ')
