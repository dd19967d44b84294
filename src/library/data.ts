import type * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { tableOf, type Table } from '../data/content.js'
import { inMemory, type GivenData } from '../data/given.js'
import { targetRows, type TargetRows, type Targets } from './targets.js'
import {
  arraysOf,
  flat,
  placesOf,
  recordsTable,
  requireDistinct,
  type ArrayLike,
  type Cell,
  type Flat,
  type Nested,
  type PlainRecord,
} from './values.js'

/** The data of a search. */
export interface DataSource {
  /** The `data` section of a configuration. */
  readonly data: Config['data']
  readonly split?: Partial<Config['split']>
  /** The folder to which paths of files are relative; the working folder by default. */
  readonly folder?: string
  /** Data in memory, used instead of files. */
  readonly given?: GivenData
  /** The original class labels, numbers or booleans, by the texts into which they were converted. */
  readonly labels?: ReadonlyMap<string, string | number | boolean>
}

/** How data in memory are used. Keys of `config.data` have the same meaning as there. */
export interface MemoryOptions extends Pick<Config['data'], 'missing' | 'scaling' | 'limit' | 'classes'> {
  /** The name of the data in messages and on the card; `arrays` or `records` by default. */
  readonly name?: string
  /** The task. By default, a few whole numbers, or texts, are classes. */
  readonly task?: 'classification' | 'regression'
}

export interface ArraysOptions extends MemoryOptions {
  /** The names of the features or channels. */
  readonly features?: readonly string[]
  /** The names of the targets. */
  readonly outputs?: readonly string[]
  /** A key for each row; rows with the same key stay in one split. */
  readonly groups?: readonly (string | number)[]
  /** Rows that are used only for the test; the shares of `split` then divide the other rows. */
  readonly test?: { readonly x: ArrayLike; readonly y: Targets }
}

/**
 * Makes data from arrays with rows first. x is [rows, features], [rows, steps, channels] or [rows, height,
 * width, channels]; y has a value, a label or several values per row. null and NaN are missing values.
 */
export function fromArrays(x: ArrayLike, y: Targets, options: ArraysOptions = {}): DataSource {
  const { name = 'arrays', features, outputs, groups, test, task, classes, ...taken } = options
  const inputs = flat(x, 'x')
  const targets = targetRows(y, inputs.shape[0] ?? 0, 'y', task)
  const more = test && flat(test.x, 'test.x')
  const others = test ? targetRows(test.y, more!.shape[0] ?? 0, 'test.y', task) : undefined
  if (groups && test) throw new InputError('groups: expected none beside a test of its own, got both')
  const names = outputs ?? defaultNames(targets.rows[0]?.length ?? 1)
  requireDistinct(names, 'outputs')
  const known = targets.places && !classes ? placeNames(y) : classes
  const key = groups && keyBeside(names)
  const labels = labelTable(
    [...named(targets, known), ...(others ? named(others, known) : [])],
    names,
    name,
    groups,
    key,
  )
  const content = { ...arraysOf(more ? allOf([inputs, more]) : inputs, name, features), labels }
  return {
    data: {
      source: inMemory,
      target: [...names],
      task,
      ...(known && { classes: known }),
      ...taken,
    },
    given: { content, testRows: others?.rows.length ?? 0 },
    ...(key !== undefined && { split: { by: 'group', column: key } }),
    ...(names.length === 1 &&
      !targets.places && { labels: labelsOf([...targets.rows.flat(), ...cellsOf(y)]) }),
  }
}

/**
 * Replaces one-hot indices by the names of their classes, so that a class whose name is a number is not
 * mistaken for an index.
 */
const named = ({ rows, places }: TargetRows, classes: ArraysOptions['classes']) =>
  places && Array.isArray(classes) ? rows.map(([place]) => [classes[Number(place)] ?? Number(place)]) : rows

/** Names the classes of one-hot targets by their columns, including columns of which no row is. */
const placeNames = (y: Targets): string[] => {
  const first = (y as Nested)[0]
  const width = first === undefined ? (y as { shape: readonly number[] }).shape[1]! : (first as Nested).length
  return Array.from({ length: width }, (_, place) => String(place))
}

/** The cells of a list; empty for typed arrays and arrays with a shape, which cannot contain booleans. */
const cellsOf = (y: Targets): readonly Cell[] => (Array.isArray(y) ? (y as readonly Cell[]) : [])

/** The labels that were numbers or booleans, by their texts. */
function labelsOf(y: readonly Cell[]): ReadonlyMap<string, string | number | boolean> {
  const known = new Map<string, string | number | boolean>()
  for (const cell of y)
    if (typeof cell === 'number' || typeof cell === 'boolean') known.set(String(cell), cell)
  return known
}

/** A name for the column of keys that no target has. */
const keyBeside = (names: readonly string[]): string => {
  let key = 'group'
  while (names.includes(key)) key = `_${key}`
  return key
}

export interface RecordsOptions extends Omit<Config['data'], 'source' | 'file' | 'target' | 'format'> {
  readonly name?: string
}

/**
 * Makes data from records. Each record is a row, with its values by name. Texts are categories; null and
 * undefined are missing. `target` names the values to predict. With `kind: series`, records are in order of
 * time.
 */
export function fromRecords(
  records: readonly PlainRecord[],
  target: string | readonly string[],
  { name = 'records', ...options }: RecordsOptions = {},
): DataSource {
  const content = recordsTable(records, name)
  const data = { source: inMemory, target: typeof target === 'string' ? target : [...target], ...options }
  const labels = typeof target === 'string' && labelsOf(records.map((record) => record[target]))
  return { data, given: { content }, ...(labels && { labels }) }
}

/**
 * Makes data from two tensors, which the caller still owns. If the task is classification, targets with
 * several columns are one-hot.
 */
export async function fromTensors(
  x: tf.Tensor,
  y: tf.Tensor,
  options: ArraysOptions = {},
): Promise<DataSource> {
  if (!isTensor(x) || !isTensor(y)) throw new InputError('fromTensors: expected two tensors')
  const texts = (y.dtype as string) === 'string'
  const targets = texts ? ((await y.data()) as unknown as string[]) : await numbersOf(y)
  return fromArrays(await numbersOf(x), targets, options)
}

async function numbersOf(tensor: tf.Tensor): Promise<Flat> {
  if ((tensor.dtype as string) === 'string')
    throw new InputError('x: expected a tensor of numbers, got one of texts')
  return { values: Float32Array.from(await tensor.data()), shape: tensor.shape }
}

/** The part of a `tf.data` data set that is used. */
export interface DatasetLike {
  forEachAsync(f: (element: { readonly xs: unknown; readonly ys: unknown }) => void): Promise<void>
}

/**
 * Makes data from a `tf.data` data set of `{ xs, ys }`: each element is an example or, with `batched`, a
 * batch. The data set is read into memory completely.
 */
export async function fromDataset(
  dataset: DatasetLike,
  { batched = false, ...options }: ArraysOptions & { readonly batched?: boolean } = {},
): Promise<DataSource> {
  const parts: { x: Flat; y: Flat | readonly Cell[] }[] = []
  await dataset.forEachAsync((element) => {
    const { xs, ys } = (element ?? {}) as Partial<typeof element>
    if (xs === undefined || ys === undefined)
      throw new InputError('dataset: expected elements { xs, ys }, got one without')
    parts.push({ x: elementOf(xs, batched, 'xs'), y: targetOf(ys, batched) })
  })
  if (parts.length === 0) throw new InputError('dataset: expected elements { xs, ys }, got none')
  const targets = parts.map(({ y }) => y)
  const cells = targets.flatMap((y) => (Array.isArray(y) ? (y as Cell[]) : []))
  const y = cells.length > 0 ? cells : allOf(targets as Flat[])
  return fromArrays(allOf(parts.map(({ x }) => x)), y, options)
}

/**
 * Makes data from files as the `data` section of a configuration describes; paths are relative to `folder`.
 */
export const fromFiles = (
  data: Config['data'],
  { folder = '.', split }: Pick<DataSource, 'folder' | 'split'> = {},
): DataSource => ({ data, folder, split })

const defaultNames = (count: number): string[] =>
  count === 1 ? ['target'] : Array.from({ length: count }, (_, i) => `target${i}`)

function labelTable(
  targets: readonly (readonly (string | number)[])[],
  names: readonly string[],
  name: string,
  groups: ArraysOptions['groups'],
  key = '',
): Table {
  const odd = targets.findIndex((row) => row.length !== names.length)
  if (odd >= 0)
    throw new InputError(`y[${odd}]: expected ${names.length} values, got ${targets[odd]!.length}`)
  if (groups && groups.length !== targets.length)
    throw new InputError(`groups: expected ${targets.length} keys, one a row, got ${groups.length}`)
  return tableOf({
    name: `targets of ${name}`,
    unit: 'row',
    places: placesOf(targets.length),
    names: groups ? [...names, key] : names,
    rows: groups ? targets.map((row, i) => [...row, groups[i]!]) : targets,
  })
}

function allOf(parts: readonly Flat[]): Flat {
  const [first] = parts
  const example = first!.shape.slice(1)
  const odd = parts.find(({ shape }) => shape.slice(1).join() !== example.join())
  if (odd)
    throw new InputError(
      `data: expected rows of shape [${example.join(', ')}], as the first has, got [${odd.shape.slice(1).join(', ')}]`,
    )
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0))
  let at = 0
  for (const part of parts) {
    values.set(part.values, at)
    at += part.values.length
  }
  // The result has 32 bits if all parts do.
  const narrow = parts.every((part) => part.values instanceof Float32Array)
  return {
    values: narrow ? Float32Array.from(values) : values,
    shape: [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...example],
  }
}

/** Converts an element of a data set, a tensor, number or nested array, to flat numbers with rows first. */
function elementOf(element: unknown, batched: boolean, name: string): Flat {
  const { values, shape } = isTensor(element)
    ? { values: Float32Array.from(element.dataSync()), shape: element.shape }
    : typeof element === 'number'
      ? { values: Float64Array.of(element), shape: [] }
      : flat(element as ArrayLike, name)
  return { values, shape: batched ? shape : [1, ...shape] }
}

/** Converts the targets of an element in the same way; they may be labels. */
function targetOf(element: unknown, batched: boolean): Flat | readonly Cell[] {
  if (isTensor(element) && (element.dtype as string) === 'string')
    return [...(element.dataSync() as unknown as string[])]
  if (
    batched &&
    Array.isArray(element) &&
    element.some((cell) => typeof cell === 'string' || typeof cell === 'boolean')
  )
    return element as Cell[]
  const isCell = element === null || typeof element === 'string' || typeof element === 'boolean'
  return isCell ? [element] : elementOf(element, batched, 'ys')
}

const isTensor = (value: unknown): value is tf.Tensor =>
  typeof value === 'object' && value !== null && 'dataSync' in value
