import { InputError } from '../base/errors.js'
import { draftSpace } from '../draft/draft-config.js'
import { draftColumns } from '../draft/draft-table.js'
import { spaces } from '../registry.js'
import { fromArrays, fromRecords, type ArraysOptions, type DataSource } from './data.js'
import type { Model } from './model.js'
import { search, type SearchRequest, type SearchResult } from './search.js'
import type { Targets } from './targets.js'
import { areRecords, flat, recordsTable, type ArrayLike, type Cell, type PlainRecord } from './values.js'

/** How a model is fitted. All of it has a default; what a search takes is taken, too, and goes before what would be chosen. */
export interface FitOptions
  extends
    Omit<Partial<SearchRequest>, 'data' | 'name'>,
    Pick<ArraysOptions, 'name' | 'features' | 'outputs' | 'task' | 'groups' | 'test' | 'classes'> {}

/** A model, and what the search of it came to. */
export interface FittedModel extends Model {
  readonly found: SearchResult
}

/**
 * Finds and trains a model for x and y: the task, the space and what is done about missing values are chosen by what they
 * hold, lengths by their rows, and the smallest network is kept whose error is within 1 % of the unpruned one's. x is as
 * `fromArrays` takes it ([rows, features], [rows, steps, channels], [rows, height, width, channels]), or records; y a number,
 * a label or several numbers a row. Throws InputError where these are none, Diverged and Interrupted.
 */
export async function fit(
  x: ArrayLike | readonly PlainRecord[],
  y: Targets,
  { name, features, outputs, task, groups, test, classes, ...asked }: FitOptions = {},
): Promise<FittedModel> {
  const arrays = { name, features, outputs, task, groups, test, classes }
  const { data, space } = areRecords(x) ? ofRecords(x, y, arrays) : ofArrays(x, y, arrays)
  const found = await search({ space, ...asked, data })
  return { ...found.model, found }
}

type Given = { readonly [K in keyof ArraysOptions]: ArraysOptions[K] | undefined }
type Chosen = Pick<SearchRequest, 'space'> & { readonly data: DataSource }

function ofArrays(x: ArrayLike, y: Targets, given: Given): Chosen {
  const inputs = flat(x, 'x')
  const options = defined(given)
  const isMissing =
    inputs.values.some(Number.isNaN) || (given.test && flat(given.test.x, 'test.x').values.some(Number.isNaN))
  const data = fromArrays(x, y, { ...options, ...(isMissing && { missing: 'median' }) })
  const kind = (['table', 'sequences', 'images'] as const)[inputs.shape.length - 2] ?? 'table'
  return { data, space: spaceFor(kind, inputs.shape.slice(1)) }
}

function ofRecords(
  x: readonly PlainRecord[],
  y: Targets,
  { features, groups, test, classes, ...given }: Given,
): Chosen {
  const other = Object.entries({ features, groups, test, classes }).find(([, value]) => value !== undefined)
  if (other)
    throw new InputError(`${other[0]}: only of arrays, got it with records; fromRecords and search take more`)
  if (!Array.isArray(y) || y.length !== x.length)
    throw new InputError(`y: expected ${x.length} targets, one for each record of x`)
  const target = targetBeside(x, given.outputs?.[0] ?? 'target')
  const records = x.map((record, i) => ({ ...record, [target]: (y as readonly Cell[])[i] }))
  const { section } = draftColumns(recordsTable(records, given.name ?? 'records'), {
    target,
    ...(given.task && { task: given.task }),
  })
  const { target: _, ...options } = section
  return {
    data: fromRecords(records, target, { ...options, ...(given.name !== undefined && { name: given.name }) }),
    space: spaceFor('table', []),
  }
}

/** A name for the target that no record has. */
function targetBeside(x: readonly PlainRecord[], wanted: string): string {
  let name = wanted
  while (x.some((record) => name in record)) name = `_${name}`
  return name
}

/** The usual space of a kind of data. */
function spaceFor(kind: 'table' | 'sequences' | 'images', shape: readonly number[]): SearchRequest['space'] {
  const { space: name, options = {} } = draftSpace({ kind, shape }).section
  return { space: spaces.find((each) => each.name === name)!, options }
}

const defined = (given: Given): ArraysOptions =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
