import { codesOf, type Column } from './column.js'

/** The categories of a column that have a feature of their own, and those that share one. */
export interface Folded {
  readonly categories: readonly string[]
  readonly rare?: readonly string[]
}

/** The number of features of a column, without the one of its indicator; a column of numbers has one. */
export const valueWidth = ({ categories, rare }: Partial<Folded>): number =>
  categories === undefined ? 1 : categories.length + (rare === undefined ? 0 : 1)

export interface FoldOptions {
  /** The least rows of a category that has a feature of its own, and of all that share one. */
  readonly rare: number
  /** The rows that count: those before it. */
  readonly until: number
  /** The most features. */
  readonly most: number
}

/**
 * Folds rare categories into one level, `other`, so that a network learns what a category is like of which it
 * knows little. The level must not be rare itself: where the rare categories have fewer rows together, nothing is
 * folded. Of too many categories, the most frequent have features of their own. Both lists keep the order of
 * `labels`.
 */
export function foldRare(labels: readonly string[], column: Column, options: FoldOptions): Folded {
  const { rare, until, most } = options
  const counts = countCategories(labels, column, until)
  const order = labels.map((_, i) => i).sort((a, b) => counts[b]! - counts[a]! || a - b)
  const known = order.filter((i) => counts[i]! >= rare)
  const isFew = known.length === labels.length && labels.length <= most
  const kept = new Set(isFew ? known : known.slice(0, most - 1))
  const folded = order.filter((i) => !kept.has(i))
  const rows = folded.reduce((sum, i) => sum + counts[i]!, 0)
  if (folded.length === 0 || (rows < rare && labels.length <= most) || kept.size === 0)
    return { categories: labels }
  return { categories: labels.filter((_, i) => kept.has(i)), rare: labels.filter((_, i) => !kept.has(i)) }
}

/** The number of rows of each category. */
export function countCategories(labels: readonly string[], column: Column, until: number): number[] {
  const codeOf = codesOf(column, new Map(labels.map((label, code) => [label, code])))
  const counts = labels.map(() => 0)
  for (let row = 0; row < until; row++) {
    const code = codeOf(row)
    if (code >= 0) counts[code]! += 1
  }
  return counts
}
