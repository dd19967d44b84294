import { countCategories, foldRare } from '../data/categories.js'
import { distinctCells, labelsOf, type Column } from '../data/column.js'
import { MOST_CATEGORIES } from '../data/encode.js'

/** Distinct texts of a column that can be counted as categories: what `data.rare` folds at most. */
const most = 10_000

/** The rows below which a category is rare: a thousandth of all, and never fewer than five. */
export const rareRows = (rows: number): number => Math.max(5, Math.ceil(rows / 1000))

/** The number of categories of a column that `data.rare` would fold; 0 if it folds none. */
export function foldedCategories(column: Column): number {
  return foldOf(column)?.rare?.length ?? 0
}

/** Whether a column of too many categories has frequent ones that cover at least half of its rows. */
export function isWorthFolding(column: Column, present: number): boolean {
  const folded = foldOf(column)
  if (!folded?.rare) return false
  const counts = countCategories(folded.categories, column, column.cells.length)
  return counts.reduce((sum, count) => sum + count, 0) >= present / 2
}

function foldOf(column: Column) {
  const distinct = distinctCells(column, most)
  if (distinct.more) return undefined
  const rows = column.cells.length
  return foldRare(labelsOf(distinct), column, { rare: rareRows(rows), until: rows, most: MOST_CATEGORIES })
}
