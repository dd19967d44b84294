import { shortened } from '../base/errors.js'
import type { MetricName } from '../config/metric-names.js'
import { firstEqualRows } from './duplicates.js'
import { isBlurred, isFar } from './far.js'
import { splitNames } from './split.js'
import type { Reading, Dataset, PreparedData, Scale } from './types.js'

const TINY_SPLIT = 20

/** The report of `sentei check-data` about a data set. It can be written as JSON. */
export interface DataReport {
  readonly name: string
  readonly hash: string
  readonly task: string
  readonly rows: number
  readonly shape: readonly number[]
  readonly features: readonly string[]
  readonly splits: Readonly<Record<(typeof splitNames)[number], number>>
  /** Rows in no split: windows across a boundary, later duplicates, … */
  readonly unused: number
  /** For classification: the number of rows of each class in each split. */
  readonly classes?: readonly ({ readonly name: string } & Readonly<
    Record<(typeof splitNames)[number], number>
  >)[]
  /** For other tasks: the range of each output, in original units over all rows. */
  readonly outputs?: readonly {
    readonly name: string
    readonly min: number
    readonly mean: number
    readonly max: number
  }[]
  /** The number of missing cells by column of the file. */
  readonly missing: Readonly<Record<string, number>>
  /** Rows (or windows) that were left out while reading, because they are incomplete or have no target. */
  readonly leftOut: number
  /** Rows of `data.unlabelled`, and how many more of its files were left out; undefined without them. */
  readonly unlabelled?: { readonly rows: number; readonly leftOut: number } | undefined
  /** Features that are constant in `train`. */
  readonly constant: readonly string[]
  /**
   * Features and outputs so far from 0, relative to their spread, that a model of 32-bit floats cannot scale
   * them itself.
   */
  readonly far: readonly string[]
  /** Features and outputs whose spread is near the resolution of 64-bit floats. */
  readonly blurred: readonly string[]
  /** The number of rows with the same inputs as an earlier row, and how many of these have another target. */
  readonly duplicates: { readonly rows: number; readonly conflicting: number }
  /** How the files, and each column of a table, were interpreted. */
  readonly reading?: Reading
  readonly warnings: readonly string[]
}

/** What is known of the search whose data are checked. */
export interface CheckOptions {
  /** By which models are compared; accuracy of classes by default. */
  readonly metric?: MetricName | undefined
}

/** Summarises a prepared data set, and warns of what may spoil a search. */
export function checkData(prepared: PreparedData, { metric }: CheckOptions = {}): DataReport {
  const { dataset, splits } = prepared
  const constant = constantFeatures(prepared)
  const sizes = Object.fromEntries(
    splitNames.map((name) => [name, splits[name].length]),
  ) as DataReport['splits']
  const report = {
    name: dataset.name,
    hash: dataset.hash,
    task: dataset.task.kind,
    rows: dataset.rows,
    shape: dataset.shape,
    features: dataset.features,
    splits: sizes,
    unused: dataset.rows - splitNames.reduce((sum, name) => sum + sizes[name], 0),
    ...(dataset.task.kind === 'classification'
      ? { classes: countClasses(prepared, dataset.task.classes) }
      : { outputs: summarise(dataset, dataset.task.outputs) }),
    missing: dataset.cleaning?.missing ?? {},
    leftOut: dataset.cleaning?.leftOut ?? 0,
    unlabelled: dataset.unlabelled && {
      rows: dataset.unlabelled.rows,
      leftOut: dataset.unlabelled.leftOut,
    },
    ...farColumns(prepared, constant),
    constant,
    duplicates: countDuplicates(dataset),
    reading: dataset.reading,
  }
  const losing = report.far.filter((name) => isRounded(prepared, name))
  const isByAccuracy = metric === undefined || metric === 'accuracy'
  return { ...report, warnings: warningsOf(report, { losing, isByAccuracy }) }
}

function countClasses({ dataset, splits }: PreparedData, classes: readonly string[]) {
  const counts = (rows: Uint32Array) => {
    const classCounts = new Uint32Array(classes.length)
    for (const row of rows) classCounts[dataset.targets[row]!]! += 1
    return classCounts
  }
  const [train, arch, validation, test] = splitNames.map((name) => counts(splits[name]))
  return classes.map((name, index) => ({
    name,
    train: train![index]!,
    arch: arch![index]!,
    validation: validation![index]!,
    test: test![index]!,
  }))
}

function summarise({ targets, rows }: Dataset, outputs: readonly string[]) {
  return outputs.map((name, output) => {
    const values = Float64Array.from({ length: rows }, (_, row) => targets[row * outputs.length + output]!)
    const pick = (choose: (a: number, b: number) => number) => values.reduce((a, b) => choose(a, b))
    return { name, min: pick(Math.min), mean: pick((a, b) => a + b) / rows, max: pick(Math.max) }
  })
}

/** Finds constant features. Their scaled values in `train` are all 0, because the mean is subtracted. */
function constantFeatures({ inputs, dataset, splits }: PreparedData): string[] {
  const size = inputs.length / dataset.rows
  const width = dataset.features.length
  const varies = dataset.features.map(() => false)
  for (const row of splits.train) {
    for (let p = 0; p < size; p++) if (inputs[row * size + p] !== 0) varies[p % width] = true
  }
  return dataset.features.filter((_, feature) => !varies[feature])
}

/** Finds columns that are many of their standard deviations away from 0. Constant columns do not count. */
function farColumns({ dataset, scaler }: PreparedData, constant: readonly string[]) {
  const { features, task } = dataset
  const outputs = task.kind === 'classification' ? [] : task.outputs
  const named = (names: readonly string[], { mean, std }: Scale) =>
    names.map((name, i) => ({ name, mean: mean[i]!, std: std[i]! }))
  const still = new Set(constant)
  const varying = named(features, scaler.input).filter(({ name }) => !still.has(name))
  const columns = [...varying, ...named(outputs, scaler.target)]
  const names = (which: typeof isFar) => [
    ...new Set(columns.filter(({ mean, std }) => which(mean, std)).map(({ name }) => name)),
  ]
  return { far: names(isFar), blurred: names(isBlurred) }
}

/** The rounding to 32 bits, in deviations, from which digits count as lost. */
const mostRounding = 1e-4

/** Whether 32-bit floats blur a feature or output; they do not where it is made of years, or of few digits. */
function isRounded({ dataset, scaler }: PreparedData, name: string): boolean {
  const { features, task, inputs, targets } = dataset
  const outputs = task.kind === 'classification' ? [] : task.outputs
  const blurs = (values: ArrayLike<number>, names: readonly string[], { std }: Scale) => {
    const at = names.indexOf(name)
    for (let i = at; at >= 0 && i < values.length; i += names.length)
      if (Math.abs(Math.fround(values[i]!) - values[i]!) > mostRounding * std[at]!) return true
    return false
  }
  return blurs(inputs, features, scaler.input) || blurs(targets, outputs, scaler.target)
}

function countDuplicates(dataset: Dataset): DataReport['duplicates'] {
  const width = dataset.targets.length / dataset.rows
  const target = (row: number) => dataset.targets.subarray(row * width, (row + 1) * width).join()
  let rows = 0
  let conflicting = 0
  firstEqualRows(dataset).forEach((first, row) => {
    if (first === row) return
    rows += 1
    if (target(first) !== target(row)) conflicting += 1
  })
  return { rows, conflicting }
}

function warningsOf(
  report: Omit<DataReport, 'warnings'>,
  { losing, isByAccuracy }: { readonly losing: readonly string[]; readonly isByAccuracy: boolean },
): string[] {
  const {
    splits,
    classes = [],
    duplicates,
    constant,
    blurred,
    leftOut,
    unlabelled,
    unused,
    rows,
    reading,
  } = report
  const tiny = splitNames.filter((name) => splits[name] > 0 && splits[name] < TINY_SPLIT)
  const unseen = classes.filter(({ train }) => train === 0).map(({ name }) => `"${name}"`)
  const untested = classes.filter((each) => each.train > 0 && (each.test === 0 || each.validation === 0))
  const counts = classes.map(({ train, arch, validation, test }) => train + arch + validation + test)
  const [largest, smallest] = [counts.reduce(max, 0), counts.reduce(min, Infinity)]
  return [
    ...(reading?.notes ?? []),
    ...tiny.map((name) => `${name} has only ${plural(splits[name], 'row')}: its figures will be rough`),
    unseen.length > 0 && `train has no row of class ${unseen.join(', ')}`,
    untested.length > 0 &&
      splits.validation > 0 &&
      splits.test > 0 &&
      `validation or test has no row of class ${untested.map(({ name }) => `"${name}"`).join(', ')}`,
    isByAccuracy &&
      largest > 10 * smallest &&
      `the largest class has ${largest} rows, the smallest ${smallest}: accuracy may mislead, unless objective.metric is another one, as average-precision or macro-f1`,
    constant.length > 0 && `${plural(constant.length, 'constant feature')} in train: ${listed(constant)}`,
    losing.length > 0 &&
      `${plural(losing.length, 'column')} so far from 0 that 32-bit floats lose digits: ${listed(losing)}; sentei predict scales them, but a program that uses the model itself has to scale them as preprocess.json says`,
    blurred.length > 0 &&
      `${plural(blurred.length, 'column')} so far from 0 that 64-bit floats lose digits: ${listed(blurred)}; subtract a constant before`,
    duplicates.conflicting > 0 &&
      `${plural(duplicates.conflicting, 'row')} ${duplicates.conflicting === 1 ? 'has' : 'have'} the same inputs as an earlier row, but another target`,
    leftOut > 0 && `${plural(leftOut, 'row')} left out: cells are missing`,
    unlabelled !== undefined &&
      unlabelled.leftOut > 0 &&
      `${plural(unlabelled.leftOut, 'row')} of data.unlabelled left out: a model would have no prediction for them`,
    unused > 0 &&
      `${unused} of ${plural(rows, 'row')} in no split: over a boundary, or duplicates of an earlier split`,
  ]
    .filter((warning) => warning !== false)
    .map(shortened)
}

const max = (a: number, b: number) => Math.max(a, b)
const min = (a: number, b: number) => Math.min(a, b)
const listed = (names: readonly string[]) => names.slice(0, 5).join(', ')
const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
