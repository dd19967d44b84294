import type * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { tableOf, type Table } from '../data/content.js'
import { inMemory, type GivenData } from '../data/given.js'
import {
  arraysOf,
  cellOf,
  flat,
  placesOf,
  recordsTable,
  type ArrayLike,
  type Cell,
  type Flat,
  type PlainRecord,
} from './values.js'

/** What a search learns from. */
export interface DataSource {
  /** What a configuration says of it. */
  readonly data: Config['data']
  readonly split?: Partial<Config['split']>
  /** What files are relative to; the working folder by default. */
  readonly folder?: string
  /** In place of files. */
  readonly given?: GivenData
}

/** Targets, a row each: numbers, class labels, or several numbers. */
export type Targets = readonly Cell[] | ArrayLike

/** How data in memory are taken; the keys of `config.data` mean what they mean there. */
export interface MemoryOptions extends Pick<Config['data'], 'missing' | 'scaling' | 'limit' | 'classes'> {
  /** What messages and the card call the data; `arrays` or `records` by default. */
  readonly name?: string
  /** Where it is not given, few whole numbers and texts are classes. */
  readonly task?: 'classification' | 'regression'
}

export interface ArraysOptions extends MemoryOptions {
  /** Names of the features, or of the channels. */
  readonly features?: readonly string[]
  /** Names of the targets. */
  readonly outputs?: readonly string[]
  /** Rows with the same key stay in one split. */
  readonly groups?: readonly (string | number)[]
  /** Rows for the test alone; the shares of `split` then divide the others. */
  readonly test?: { readonly x: ArrayLike; readonly y: Targets }
}

const groupColumn = 'group'

/**
 * Data out of arrays, rows first: x [rows, features], [rows, steps, channels] or [rows, height, width, channels], y a
 * value, a label or several values a row. null and NaN are missing.
 */
export function fromArrays(x: ArrayLike, y: Targets, options: ArraysOptions = {}): DataSource {
  const { name = 'arrays', features, outputs, groups, test, task, ...taken } = options
  const inputs = flat(x, 'x')
  const targets = targetRows(y, inputs.shape[0] ?? 0, 'y', task)
  const more = test && flat(test.x, 'test.x')
  const moreTargets = test ? targetRows(test.y, more!.shape[0] ?? 0, 'test.y', task) : []
  if (groups && test) throw new InputError('groups: expected none beside a test of its own, got both')
  const names = outputs ?? defaultNames(targets[0]?.length ?? 1)
  const labels = labelTable([...targets, ...moreTargets], names, name, groups)
  const content = { ...arraysOf(more ? joined(inputs, more) : inputs, name, features), labels }
  return {
    data: { source: inMemory, target: [...names], ...(task && { task }), ...taken },
    given: { content, testRows: moreTargets.length },
    ...(groups && { split: { by: 'group', column: groupColumn } }),
  }
}

export interface RecordsOptions extends Omit<Config['data'], 'source' | 'file' | 'target' | 'format'> {
  readonly name?: string
}

/**
 * Data out of records: a row each, its values by name; texts are categories, null and undefined missing. `target` names
 * what is to be predicted. In time order under `kind: series`.
 */
export function fromRecords(
  records: readonly PlainRecord[],
  target: string | readonly string[],
  { name = 'records', ...options }: RecordsOptions = {},
): DataSource {
  const data = { source: inMemory, target: typeof target === 'string' ? target : [...target], ...options }
  return { data, given: { content: recordsTable(records, name) } }
}

/** Data out of two tensors, which stay the caller's. Targets of several columns are one-hot where the task is classification. */
export async function fromTensors(
  x: tf.Tensor,
  y: tf.Tensor,
  options: ArraysOptions = {},
): Promise<DataSource> {
  const read = async (tensor: tf.Tensor): Promise<Flat> => ({
    values: Float32Array.from(await tensor.data()),
    shape: tensor.shape,
  })
  return fromArrays(await read(x), await read(y), options)
}

/** A data set of `tf.data`, as far as it is read. */
export interface DatasetLike {
  forEachAsync(f: (element: { readonly xs: unknown; readonly ys: unknown }) => void): Promise<void>
}

/**
 * Data out of a `tf.data` data set of `{ xs, ys }`, an example each, or a batch each with `batched`. It is read whole, into
 * memory.
 */
export async function fromDataset(
  dataset: DatasetLike,
  { batched = false, ...options }: ArraysOptions & { readonly batched?: boolean } = {},
): Promise<DataSource> {
  const parts: { x: Flat; y: Flat }[] = []
  await dataset.forEachAsync(({ xs, ys }) => {
    parts.push({ x: elementOf(xs, batched, 'xs'), y: elementOf(ys, batched, 'ys') })
  })
  if (parts.length === 0) throw new InputError('dataset: expected elements { xs, ys }, got none')
  return fromArrays(allOf(parts.map(({ x }) => x)), allOf(parts.map(({ y }) => y)), options)
}

/** Data out of files, as `data` of a configuration says; paths are relative to `folder`. */
export const fromFiles = (
  data: Config['data'],
  { folder = '.', split }: Pick<DataSource, 'folder' | 'split'> = {},
): DataSource => ({ data, folder, ...(split && { split }) })

/** Targets as rows of cells; one-hot rows as the places of their ones. */
export function targetRows(
  y: Targets,
  rows: number,
  name: string,
  task?: MemoryOptions['task'],
): (string | number)[][] {
  const isList = Array.isArray(y) && !Array.isArray(y[0]) && !ArrayBuffer.isView(y[0])
  const found = isList ? y.map((cell) => [cellOf(cell as Cell)]) : rowsOf(flat(y as ArrayLike, name))
  if (found.length !== rows)
    throw new InputError(`${name}: expected ${rows} targets, one for each row of x, got ${found.length}`)
  if (task !== 'classification' || found.every(({ length }) => length === 1)) return found
  return found.map((row, i) => {
    const place = row.indexOf(1)
    if (place >= 0 && row.every((value, k) => value === Number(k === place))) return [place]
    throw new InputError(`${name}[${i}]: expected one 1 among zeros (one-hot), got ${row.join(', ')}`)
  })
}

function rowsOf({ values, shape }: Flat): number[][] {
  const width = values.length / (shape[0] ?? 1)
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ])
}

const defaultNames = (count: number): string[] =>
  count === 1 ? ['target'] : Array.from({ length: count }, (_, i) => `target${i}`)

function labelTable(
  targets: readonly (readonly (string | number)[])[],
  names: readonly string[],
  name: string,
  groups: ArraysOptions['groups'],
): Table {
  const odd = targets.findIndex((row) => row.length !== names.length)
  if (odd >= 0)
    throw new InputError(`y[${odd}]: expected ${names.length} values, got ${targets[odd]!.length}`)
  if (groups && groups.length !== targets.length)
    throw new InputError(`groups: expected ${targets.length} keys, one a row, got ${groups.length}`)
  return tableOf({
    ...{ name: `targets of ${name}`, unit: 'row', places: placesOf(targets.length) },
    names: groups ? [...names, groupColumn] : names,
    rows: groups ? targets.map((row, i) => [...row, groups[i]!]) : targets,
  })
}

/** Rows of one array behind those of another. */
const joined = (a: Flat, b: Flat): Flat => allOf([a, b])

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
  // In 32 bits where all of it is.
  const narrow = parts.every((part) => part.values instanceof Float32Array)
  return {
    values: narrow ? Float32Array.from(values) : values,
    shape: [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...example],
  }
}

/** One element of a data set, with rows first: tensors, numbers or nested arrays. */
function elementOf(element: unknown, batched: boolean, name: string): Flat {
  const { values, shape } = isTensor(element)
    ? { values: Float32Array.from(element.dataSync()), shape: element.shape }
    : typeof element === 'number'
      ? { values: Float64Array.of(element), shape: [] }
      : flat(element as ArrayLike, name)
  return { values, shape: batched ? shape : [1, ...shape] }
}

const isTensor = (value: unknown): value is tf.Tensor =>
  typeof value === 'object' && value !== null && 'dataSync' in value
