import { valueWidth } from '../../data/categories.js'
import type { PreparedData } from '../../data/types.js'

/** An input column: where its features stand on the last axis of the inputs. */
export interface InputColumn {
  readonly name: string
  readonly at: number
  /** A feature for each category, or one for a number. */
  readonly width: number
  /** The categories of a column of texts; `other` for the rare ones. */
  readonly categories?: readonly string[]
  /** The column of dates from which it is computed; others may be, too. */
  readonly date?: string
  /** Whether a feature behind these says that the cell is missing. */
  readonly indicator?: boolean
}

/** The input columns of a data set, without the features that say where a cell is missing. */
export function inputColumns({ dataset: { encoding, features } }: PreparedData): InputColumn[] {
  // The columns of a file of images are its pixels, which share the features of the last axis.
  const isTable = (encoding.kind === 'table' || encoding.kind === 'series') && encoding.shape === undefined
  if (!isTable || encoding.columns.length === 0) return features.map((name, at) => ({ name, at, width: 1 }))
  let next = 0
  return encoding.columns.map((column) => {
    const { name, categories, rare, date, indicator } = column
    const [at, width] = [next, valueWidth(column)]
    next += width + (indicator ? 1 : 0)
    return {
      name,
      at,
      width,
      ...(categories && { categories: rare ? [...categories, 'other'] : categories }),
      ...(date && { date: date.column }),
      ...(indicator && { indicator }),
    }
  })
}

/** The columns of numbers, of which one of two values (as 0 and 1) is one as well. */
export const numberColumns = (data: PreparedData): InputColumn[] =>
  inputColumns(data).filter(({ categories }) => categories === undefined)

/** What is wrong with a criterion's `column`, which must be one of some columns. */
export function columnMisfit(name: string | undefined, columns: readonly InputColumn[]): string | undefined {
  if (columns.some((column) => column.name === name)) return undefined
  const names = columns.map((column) => column.name)
  const listed = names.length > 20 ? `${names.slice(0, 20).join(', ')}, …` : names.join(', ')
  return `column: expected one of ${listed}, got ${name === undefined ? 'nothing' : JSON.stringify(name)}`
}
