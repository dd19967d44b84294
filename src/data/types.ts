import type { Numbers, Taken } from './content.js'
import type { ReadOptions } from './readers/types.js'

/** What is to be predicted. */
export type Task =
  | { readonly kind: 'classification'; readonly classes: readonly string[] }
  | { readonly kind: 'regression' | 'forecasting'; readonly outputs: readonly string[] }

/** How many numbers a network says of a row: a logit a class, or the outputs. */
export const outputsOf = (task: Task): number =>
  task.kind === 'classification' ? task.classes.length : task.outputs.length

/** Rows as numbers, before splitting and scaling. Rows of a series are its windows. */
export interface Dataset {
  readonly name: string
  readonly rows: number
  /** Shape of one input: [features], [height, width, channels] or [steps, features]. */
  readonly shape: readonly number[]
  /** rows × product(shape), row by row. NaN only where `fill` is to fill it. */
  readonly inputs: Numbers
  /** A class index a row, or rows × outputs values in original units. */
  readonly targets: Numbers
  readonly task: Task
  /** A name for each position of the last axis of `shape` (after one-hot encoding). */
  readonly features: readonly string[]
  /** How a raw record becomes an input: what `predict` needs. JSON-able. */
  readonly encoding: Encoding
  /** For `split.by` group and time: a key a row; equal keys stay together. */
  readonly keys?: readonly (string | number)[]
  /**
   * For series: the time steps that a row's window and target cover, [from, to). A row belongs to a split
   * only if all of it lies inside that split's block of time.
   */
  readonly spans?: readonly (readonly [number, number])[]
  /** What reading found: missing cells by column, and rows left out (incomplete, or without a target). */
  readonly cleaning?: { readonly missing: Readonly<Record<string, number>>; readonly leftOut: number }
  /** What the files were taken for, column by column: for people, no part of `hash`. */
  readonly reading?: Reading
  /** Rows of `data.test`, ascending: they are the split `test`, and the shares divide the others. */
  readonly test?: readonly number[] | undefined
  /** SHA-256 of inputs, targets and encoding: the run's identity of its data. */
  readonly hash: string
}

/** How columns become features; kept with an exported model. */
export interface Encoding {
  readonly kind: 'table' | 'images' | 'series' | 'sequences'
  /** Those of a table; none where the file holds arrays of numbers. */
  readonly columns: readonly {
    readonly name: string
    /** For a categorical column its categories, one feature each. */
    readonly categories?: readonly string[]
    /** One more feature: 1 where the cell is missing, else 0. */
    readonly indicator?: boolean
    /** What stands beside each number of a column of `data.numeric`: `%`. */
    readonly unit?: string
  }[]
  /** The policy for missing cells: `refuse`, `mean`, … */
  readonly missing: string
  readonly window?: number
  /** The shape of one input, if the columns alone do not say it. */
  readonly shape?: readonly number[]
  /** How the file read, to read new ones alike. Without it: CSV with commas and a header. */
  readonly file?: FileEncoding
}

/** How files read: the reader, its options, and what their columns are. */
export interface FileEncoding {
  readonly format: string
  readonly options: ReadOptions
  /** Tables: all columns of the file in its order; where there is no header, their indices. */
  readonly names?: readonly string[]
  /** Those of them that were predicted. */
  readonly targets?: readonly string[]
  /** Where each channel has a file of its own: their names in a folder. */
  readonly channels?: Readonly<Record<string, string>>
}

/** The four named splits: row numbers of the data set, ascending, no row in two. */
export interface Splits {
  readonly train: Uint32Array
  readonly arch: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
}

/** (x − mean) / std, one entry a feature of the last axis. */
export interface Scale {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The scales of inputs and targets. */
export interface Scales {
  readonly input: Scale
  /** One entry a regression output; empty arrays for classification. */
  readonly target: Scale
}

/**
 * Scales of each feature (last axis) and each regression output, computed on `train` only. With a `bend` b, a
 * scaled input z becomes b · tanh(z / b): nearly the same near 0, and never beyond b.
 */
export interface Scaler extends Scales {
  readonly bend?: number
  /** What replaces a missing input, in original units, one a feature. */
  readonly fill: readonly number[]
}

/** Everything that training needs: filled and scaled rows, and the splits. */
export interface PreparedData {
  readonly dataset: Dataset
  readonly splits: Splits
  readonly scaler: Scaler
  /** Scaled inputs, rows × product(shape). */
  readonly inputs: Float32Array
  /** Class indices, or scaled targets. */
  readonly targets: Float32Array
}

/** What the files of a data set were taken for. JSON-able. */
export interface Reading extends Taken {
  readonly file: string
  readonly format: string
  /** Tables: each column of the file. */
  readonly columns?: readonly ColumnReading[]
}

/** What a column was taken for, and why. */
export interface ColumnReading {
  readonly name: string
  readonly role: 'input' | 'target' | 'input and target' | 'dropped' | 'split' | 'left out'
  /** Of inputs and targets. */
  readonly kind?: 'number' | 'category' | 'binary' | 'constant'
  /** Categories or classes. Values that are not missing are counted once. */
  readonly levels?: number
  readonly why: string
}
