import { sha256 } from '../base/hash.js'
import { rangesOf } from '../data/ranges.js'
import type { PreparedData, Range, Splits, Task } from '../data/types.js'

/** What a model says of the data on which it was trained. */
export interface DataNotes {
  /** The SHA-256 of the rows of the four splits. */
  readonly splits: string
  /** The number of rows of each split. */
  readonly rows: Readonly<Record<keyof Splits, number>>
  /** The range of each feature (last axis) over the rows that trained weights, in original units. */
  readonly ranges: readonly Range[]
}

/** Notes on some data. */
export function dataNotes({ dataset, splits }: Pick<PreparedData, 'dataset' | 'splits'>): DataNotes {
  const { train, arch, validation, test } = splits
  return {
    splits: splitHash(splits),
    rows: {
      train: train.length,
      arch: arch.length,
      validation: validation.length,
      test: test.length,
    },
    ranges: rangesOf(dataset, [train, arch]),
  }
}

/** The SHA-256 of the rows of the four splits. */
export const splitHash = ({ train, arch, validation, test }: Splits): string =>
  sha256(JSON.stringify([train, arch, validation, test].map((rows) => [...rows])))

/** What a model is for, in a sentence: `name` is that of its data. */
export function intendedUse(task: Task, name: string): string {
  const names = task.kind === 'classification' ? task.classes : task.outputs
  const listed = [...names.slice(0, 20), ...(names.length > 20 ? [`${names.length - 20} more`] : [])].join(
    ', ',
  )
  const what = task.kind === 'classification' ? `the class (${listed})` : listed
  return `To predict ${what} for rows that are obtained as those of ${name} were, with inputs within the ranges of its training rows.`
}

/** What to know before a model is passed on. `where` has the ranges of the inputs. */
export function limitTexts({ rows }: Pick<DataNotes, 'rows'>, where: string): string[] {
  return [
    'One search with one seed; another seed gives another architecture and other figures.',
    `The figures rest on ${Math.min(rows.validation, rows.test)} rows of the smaller of validation and test.`,
    `Inputs unlike the training rows were not looked at; their ranges are in ${where}.`,
  ]
}
