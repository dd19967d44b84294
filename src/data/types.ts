import type { BrokenFile, FloatArray, ReadingReport } from './content.js'
import type { DateFeature } from './date-parts.js'
import type { MissingValues } from './missing-values.js'
import type { ReadOptions } from './readers/types.js'
import type { TimeNotation } from './times.js'

/** The least and the greatest value; null where none is known. */
export type Range = readonly [least: number, greatest: number] | null

/** The task: what is to be predicted. */
export type Task =
  | {
      readonly kind: 'classification'
      readonly classes: readonly string[]
      /** The class that metrics of one class are about; of two classes, training makes it the rarer one. */
      readonly positive?: string
      /** How a model decides for a class; without it, for the most probable one. */
      readonly decision?: Decision
    }
  | { readonly kind: 'regression' | 'forecasting'; readonly outputs: readonly string[] }

/** How probabilities become a class: by a threshold if there is one, otherwise by costs. */
export interface Decision {
  /** The probability from which the positive class of two is decided for. */
  readonly threshold?: number
  /** What the threshold was chosen by, and its value on the validation rows. */
  readonly by?: string
  readonly validation?: number
  /** The cost of each decision, [true class][decided class]: the least expected cost decides. */
  readonly costs?: readonly (readonly number[])[]
}

/** Which classes count more while weights are trained. */
export interface Emphasis {
  /** The weight of each class in the loss; its mean over the training rows is 1. */
  readonly weights?: readonly number[]
  /** Whether an epoch has equally many rows of each class. */
  readonly balanced?: boolean
  /** How many times as frequent each class seems in training as it is, up to a common factor. */
  readonly priors: readonly number[]
}

/** How many numbers a network predicts for a row: a logit for each class, or the outputs. */
export const outputsOf = (task: Task): number =>
  task.kind === 'classification' ? task.classes.length : task.outputs.length

/** Rows as numbers, before splitting and scaling. Rows of a series are its windows. */
export interface Dataset {
  readonly name: string
  readonly rows: number
  /** Shape of one input: [features], [height, width, channels] or [steps, features]. */
  readonly shape: readonly number[]
  /** rows × product(shape) values, row by row. NaN only for missing values that will be filled. */
  readonly inputs: FloatArray
  /** One class index per row, or rows × outputs values in original units. */
  readonly targets: FloatArray
  readonly task: Task
  /** The names of the positions of the last axis of `shape` (after one-hot encoding). */
  readonly features: readonly string[]
  /** How a raw record becomes an input, as `predict` needs it. It can be written as JSON. */
  readonly encoding: Encoding
  /** For `split.by` group and time: one key per row. Rows with equal keys stay together. */
  readonly keys?: readonly (string | number)[]
  /**
   * For series: the time steps that a row's window and target cover, [from, to). A row belongs to a split
   * only if all of it lies inside that split's block of time.
   */
  readonly spans?: readonly (readonly [number, number])[]
  /**
   * For series that stand in one file: the one to which each row belongs, and the time steps that each has,
   * [from, to).
   */
  readonly series?: {
    readonly of: readonly number[]
    readonly steps: readonly (readonly [number, number])[]
  }
  /**
   * What reading found: missing cells by column, and the number of rows left out (incomplete, or without a
   * target).
   */
  readonly cleaning?: { readonly missing: Readonly<Record<string, number>>; readonly leftOut: number }
  /** How the files and columns were interpreted, for people; it is not part of `hash`. */
  readonly reading?: Reading
  /** Rows of `data.test`, ascending: they are the split `test`, and the shares divide the other rows. */
  readonly test?: readonly number[] | undefined
  /** Rows of `data.unlabelled`. */
  readonly unlabelled?: Unlabelled | undefined
  /** What the files of `data.teacher` say of these rows. */
  readonly teaching?: Teaching | undefined
  /** The SHA-256 of the inputs, targets and encoding, which identifies the data of a run. */
  readonly hash: string
}

/** Rows of which nobody knows the target. */
export interface Unlabelled {
  readonly rows: number
  /** rows × product(shape) values, as those of the data set. */
  readonly inputs: FloatArray
  /** Rows of the files that were left out, because the model would have no prediction for them. */
  readonly leftOut: number
}

/**
 * What a teacher from outside says: for each row logits, or values in the units of the targets, [rows, outputs].
 * Those of rows of `data.test` are 0.
 */
export interface Teaching {
  readonly measured: FloatArray
  /** For each row of `data.unlabelled`. */
  readonly unlabelled?: FloatArray
}

/** How columns become features; saved with an exported model. */
export interface Encoding {
  readonly kind: 'table' | 'images' | 'series' | 'sequences'
  /** The columns of a table; empty if the file holds arrays of numbers. */
  readonly columns: readonly {
    readonly name: string
    /** The categories of a categorical column, one feature each. */
    readonly categories?: readonly string[]
    /** Categories too rare for a feature of their own: they share one behind `categories`, as new ones do. */
    readonly rare?: readonly string[]
    /** Whether there is one more feature: 1 if the cell is missing, otherwise 0. */
    readonly indicator?: boolean
    /** The unit of each number in a column of `data.numeric`: `%`. */
    readonly unit?: string
    /** For a number that is computed from a column of dates: how. Files have that column, not this one. */
    readonly date?: DateFeature
  }[]
  /** The policy for missing cells: `refuse`, `mean`, … */
  readonly missing: string
  /** Whether a row with a category that training did not see has no prediction; without it, it has one. */
  readonly unseen?: 'refuse'
  /** The further words of `data.missingValues` that mean a missing cell. */
  readonly missingValues?: MissingValues
  readonly window?: number
  /** How the rows of new files are told apart and ordered, if the series have names or times. */
  readonly series?: SeriesEncoding
  /** The shape of one input, if it does not follow from the columns. */
  readonly shape?: readonly number[]
  /** How the file was read, to read new files in the same way. Without it: CSV with commas and a header. */
  readonly file?: FileEncoding
}

/** The columns that name a series and its times, as new files must have them. */
export interface SeriesEncoding {
  readonly by: readonly string[]
  readonly time?: string
  readonly notation?: TimeNotation
  /** The step between rows: milliseconds, or as the numbers of the time. */
  readonly every?: number
  /** The steps from a window's last row to what is predicted. */
  readonly horizon: number
}

/** How files are read: the reader, its options, and their columns. */
export interface FileEncoding {
  readonly format: string
  readonly options: ReadOptions
  /** Tables: all columns of the file in order; without a header, their indices. */
  readonly names?: readonly string[]
  /** The columns among them that were predicted. */
  readonly targets?: readonly string[]
  /** The names of the files in a folder, if each channel has its own. */
  readonly channels?: Readonly<Record<string, string>>
}

/** The four splits: row numbers of the data set, ascending. No row is in two of them. */
export interface Splits {
  readonly train: Uint32Array
  readonly arch: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
}

/** The scale (x − mean) / std, with one entry per feature of the last axis. */
export interface Scale {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The scales of inputs and targets. */
export interface Scales {
  readonly input: Scale
  /** One entry per regression output; empty arrays for classification. */
  readonly target: Scale
}

/**
 * The scales of each feature (last axis) and each regression output, computed on `train` only. With a `bend`
 * b, a scaled input z becomes b · tanh(z / b), which is nearly the same near 0, and never beyond b.
 */
export interface Scaler extends Scales {
  readonly bend?: number
  /** The replacement of a missing input in original units, one per feature. */
  readonly fill: readonly number[]
  /** The range of each feature over the rows that train weights (`train` and `arch`), in original units. */
  readonly ranges?: readonly Range[]
}

/** Everything that training needs: filled and scaled rows, and the splits. */
export interface PreparedData {
  readonly dataset: Dataset
  readonly splits: Splits
  readonly scaler: Scaler
  /** Scaled inputs, rows × product(shape). */
  readonly inputs: Float32Array
  /** Scaled inputs of rows without a target, if there are any. */
  readonly unlabelled?: Float32Array | undefined
  /** What a teacher from outside says, values scaled as the targets. */
  readonly teaching?: { readonly measured: Float32Array; readonly unlabelled?: Float32Array } | undefined
  /** Class indices, or scaled targets. */
  readonly targets: Float32Array
  /** Which classes count more in training; all rows count equally without it. */
  readonly emphasis?: Emphasis
}

/** How the files of a data set were interpreted. It can be written as JSON. */
export interface Reading extends ReadingReport {
  readonly file: string
  readonly format: string
  /** Files of a folder that were left out, because they are no whole images. */
  readonly broken?: readonly BrokenFile[]
  /** Tables: each column of the file. */
  readonly columns?: readonly ColumnReading[]
}

/** How a column was interpreted, and why. */
export interface ColumnReading {
  readonly name: string
  readonly role:
    'input' | 'target' | 'input and target' | 'dropped' | 'split' | 'series' | 'time' | 'left out'
  /** The kind of inputs and targets. */
  readonly kind?: 'number' | 'category' | 'binary' | 'constant' | 'date'
  /** The number of categories, classes or distinct values, without missing ones. */
  readonly levels?: number
  readonly why: string
}
