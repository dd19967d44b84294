import type { PreparedData } from '../../data/types.js'
import { columnMisfit, inputColumns } from './columns.js'
import { metricFor, metricOn, rowsBy, worstBy } from './rows.js'
import type { CriterionKind } from './types.js'

/** More groups than these are no groups but numbers. */
const mostGroups = 1000

/**
 * The metric `of` (the run's by default) on the group that has the worst: the rows with one value in `column`,
 * or with one key of `split.column` if no column is given. Of a series, the last step of the window counts.
 */
export const worstGroup: CriterionKind = {
  onRows: true,
  keys: ['of', 'column', 'rows'],
  misfit({ column }, data) {
    if (column === undefined)
      return data.dataset.keys
        ? undefined
        : 'column: expected an input column (or split.by group with its column), got nothing'
    const misfit = columnMisfit(column, inputColumns(data))
    if (misfit !== undefined) return misfit
    const groups = new Set(Array.from({ length: data.dataset.rows }, (_, row) => groupIn(data, column)(row)))
    return groups.size <= mostGroups
      ? undefined
      : `column: expected at most ${mostGroups} values in ${column}, got ${groups.size}`
  },
  measure(model, criterion) {
    const { data } = model
    const { column, split, rows: fewest = 1 } = criterion
    const name = metricFor(model, criterion)
    const measurements = [...rowsBy(data.splits[split], groupIn(data, column))]
      .filter(([, rows]) => rows.length >= fewest)
      .map(([group, rows]) => ({
        where: column === undefined ? `group ${group}` : `${column} ${group}`,
        value: metricOn(model, name, rows)!,
      }))
    return worstBy(name, measurements)
  },
  remedy: 'bring more rows of that group, or train longer (retrain.epochs)',
}

/** The group of each row, as text. */
function groupIn(data: PreparedData, column: string | undefined): (row: number) => string {
  const { keys, inputs, rows, features } = data.dataset
  if (column === undefined) return (row) => String(keys![row])
  const { at, width, categories } = inputColumns(data).find(({ name }) => name === column)!
  const size = inputs.length / rows
  return (row) => {
    const from = (row + 1) * size - features.length + at
    if (!categories) return Number.isNaN(inputs[from]!) ? 'missing' : String(inputs[from])
    const place = Array.from({ length: width }, (_, i) => inputs[from + i]).indexOf(1)
    return categories[place] ?? 'missing'
  }
}
