import { valueWidth } from './categories.js'
import { isCyclic } from './date-parts.js'
import type { Encoding, Range } from './types.js'

/** What there is to say of a row, about one of its columns. */
export interface Remark {
  readonly about: 'new category' | 'missing' | 'no number' | 'no date' | 'outside the range of training'
  readonly column: string
  /** The text of a cell that holds no number or date. */
  readonly cell?: string
  /** Whether the row has no prediction because of it. */
  readonly refused: boolean
}

/** Takes what there is to say of a row. */
export type Remarked = (row: number, remark: Remark) => void

/** What a row is called that has nothing unusual. */
export const ok = 'ok'

/** The status of a row: `ok`, or what it has that training has not seen or that the model cannot read. */
export interface RowStatus {
  readonly remarks: readonly Remark[]
  /** The remarks as a text: `new category in supplier; missing Druck`. */
  readonly text: string
  /** Whether the row has no prediction. */
  readonly refused: boolean
}

/** How often each remark was made, the most frequent first, and the number of rows without a prediction. */
export interface StatusCounts {
  readonly ok: number
  readonly remarks: Readonly<Record<string, number>>
  readonly refused: number
}

/** What the status of rows is judged by: the features of a model and their ranges, if these are known. */
export interface StatusForm {
  /** The name of each feature; of those that are computed from a date, the date's column. */
  readonly features: readonly string[]
  /** For each feature: its column if it is one of a category, '' if it has no range; else undefined. */
  readonly categoryOf: readonly (string | undefined)[]
  readonly ranges?: readonly Range[] | undefined
}

/** What the status of rows is judged by, of a model's preprocessing. Images have no named numbers. */
export function statusForm(
  { kind, columns, shape }: Encoding,
  features: readonly string[],
  ranges?: readonly Range[],
): StatusForm {
  const tableColumns = shape === undefined ? columns : []
  const featureOrigins = tableColumns.flatMap((column) => {
    const { name, date, categories, indicator } = column
    const category = categories ? name : date && isCyclic(date.part) ? '' : undefined
    const values = Array.from({ length: valueWidth(column) }, () => ({ category, date: date?.column }))
    return indicator === true ? [...values, { category: '', date: undefined }] : values
  })
  return {
    features: features.map((feature, i) => featureOrigins[i]?.date ?? feature),
    categoryOf: featureOrigins.map(({ category }) => category),
    ranges: kind === 'images' ? undefined : ranges,
  }
}

/** Encoded rows, rows × size values in original units, and what was remarked of their cells. */
export interface Remarkable {
  readonly rows: number
  readonly inputs: ArrayLike<number>
  readonly remarks: ReadonlyMap<number, readonly Remark[]>
}

/**
 * The status of each row: what was remarked of its cells, and where a number is outside the range that it had
 * in the rows of training. A category that none of these rows had is a new one.
 */
export function rowStatuses(records: Remarkable, form: StatusForm): RowStatus[] {
  const { rows, remarks } = records
  const usual: RowStatus = { remarks: [], text: ok, refused: false }
  return Array.from({ length: rows }, (_, row) => {
    const rowRemarks = distinct([...(remarks.get(row) ?? []), ...outside(records, row, form)])
    if (rowRemarks.length === 0) return usual
    return {
      remarks: rowRemarks,
      text: rowRemarks.map(textOf).join('; '),
      refused: rowRemarks.some(({ refused }) => refused),
    }
  })
}

function outside({ inputs, rows }: Remarkable, row: number, form: StatusForm): Remark[] {
  const { features, categoryOf, ranges } = form
  if (!ranges) return []
  const size = inputs.length / rows
  const remarks: Remark[] = []
  for (let i = 0; i < size; i++) {
    const feature = i % features.length
    const value = inputs[row * size + i]!
    const range = ranges[feature] ?? [Infinity, -Infinity]
    // A missing value is NaN, which is never outside.
    if (!(value < range[0] || value > range[1])) continue
    const category = categoryOf[feature]
    if (category === undefined)
      remarks.push({ about: 'outside the range of training', column: features[feature]!, refused: false })
    // A zero where all rows of training had a one says nothing of its own.
    else if (category !== '' && value === 1)
      remarks.push({ about: 'new category', column: category, refused: false })
  }
  return remarks
}

const distinct = (remarks: readonly Remark[]): Remark[] =>
  remarks.filter(
    ({ about, column }, i) =>
      remarks.findIndex((other) => other.about === about && other.column === column) === i,
  )

/** A remark as a text: `new category in supplier`, `missing Druck`, `no number in X: "abc"`. */
export function textOf({ about, column, cell }: Remark): string {
  if (about === 'missing') return `missing ${column}`
  return `${about} in ${column}${cell === undefined ? '' : `: ${JSON.stringify(cell)}`}`
}

/** Counts the statuses of rows. The cells that are no numbers or dates count together, column by column. */
export function countStatuses(statuses: readonly RowStatus[]): StatusCounts {
  const counts = new Map<string, number>()
  for (const { remarks } of statuses)
    for (const { about, column } of remarks) {
      const text = textOf({ about, column, refused: false })
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
  return {
    ok: statuses.filter(({ text }) => text === ok).length,
    remarks: Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)),
    refused: statuses.filter(({ refused }) => refused).length,
  }
}
