import { InputError } from '../base/errors.js'
import { isMissing } from '../data/column.js'
import { isTable, type Content } from '../data/content.js'
import { inferTask } from '../data/target.js'
import { classCounts, draftClasses } from '../draft/draft-classes.js'
import { draftSpace } from '../draft/draft-space.js'
import { draftSplit } from '../draft/draft-split.js'
import { draftColumns } from '../draft/draft-table.js'
import { spaces } from '../registry.js'
import { fromArrays, fromRecords, type ArraysOptions, type DataSource } from './data.js'
import type { Model } from './model.js'
import { search, type SearchRequest, type SearchResult } from './search.js'
import { targetRows, type Targets } from './targets.js'
import {
  areRecords,
  flat,
  recordsTable,
  requireDistinct,
  type ArrayLike,
  type Cell,
  type PlainRecord,
} from './values.js'

/**
 * How a model is fitted. Everything has a default. The settings of a search are accepted, too, and override
 * what would be chosen.
 */
export interface FitOptions
  extends
    Omit<Partial<SearchRequest>, 'data' | 'name' | 'classes'>,
    Pick<ArraysOptions, 'name' | 'features' | 'outputs' | 'task' | 'groups' | 'test'> {
  /** The names of the classes, as in `fromArrays`; or how rare classes are learnt and decided for, as in `search`. */
  readonly classes?: ArraysOptions['classes'] | SearchRequest['classes']
}

/** A model with the result of the search that found it. */
export interface FittedModel extends Model {
  readonly search: SearchResult
}

/**
 * Finds and trains a model for x and y. The task, the space and the treatment of missing values are chosen by
 * the data, the lengths by the number of rows. Keeps the smallest network whose error is within 1 % of the
 * unpruned one's.
 *
 * x is as in `fromArrays` ([rows, features], [rows, steps, channels], [rows, height, width, channels]), or
 * records; y has a number, a label or several numbers per row. Leaves out rows without a target, and columns
 * of records that name the rows, never vary or repeat y. Where a class is rare, networks are compared by average
 * precision, and `classes` says how a class is decided for. Records of subjects, as a column such as
 * `patient_id` says, are split by subject, if no other `split` is given. Throws InputError if x or y is not
 * of this form, Diverged and Interrupted.
 */
export async function fit(
  x: ArrayLike | readonly PlainRecord[],
  y: Targets,
  { name, features, outputs, task, groups, test, classes, ...asked }: FitOptions = {},
): Promise<FittedModel> {
  const names = typeof classes === 'string' || Array.isArray(classes) ? classes : undefined
  const decided = names === undefined ? (classes as SearchRequest['classes']) : undefined
  const arrays = { name, features, outputs, task, groups, test, classes: names }
  const chosen = areRecords(x) ? ofRecords(x, y, arrays) : ofArrays(x, y, arrays)
  const findings = await search({
    ...chosen,
    ...asked,
    data: chosen.data,
    ...(decided && { classes: decided }),
  })
  return { ...findings.model, search: findings }
}

type Given = { readonly [K in keyof ArraysOptions]: ArraysOptions[K] | undefined }
type Rare = Pick<SearchRequest, 'objective' | 'classes' | 'retrain'>
type Chosen = Rare & Pick<SearchRequest, 'space' | 'split'> & { readonly data: DataSource }

function ofArrays(x: ArrayLike, y: Targets, given: Given): Chosen {
  const inputs = flat(x, 'x')
  const { test } = given
  const parts = [{ inputs, y }, ...(test ? [{ inputs: flat(test.x, 'test.x'), y: test.y }] : [])]
  const missing = parts.some(({ inputs }) => inputs.values.some(Number.isNaN))
    ? ('median' as const)
    : parts.some((part) => targetRows(part.y, part.inputs.shape[0]!, 'y').rows.some(lacks))
      ? ('drop-row' as const)
      : undefined
  const data = fromArrays(x, y, { ...defined(given), ...(missing && { missing }) })
  const kind = (['table', 'sequences', 'images'] as const)[inputs.shape.length - 2] ?? 'table'
  const shape = inputs.shape.slice(1)
  const rare = forRareClass(data.given!.content, given, kind === 'table' ? shape[0] : undefined)
  return { data, space: spaceFor(kind, shape, rare?.options), ...sectionsOf(rare) }
}

/** What `draftClasses` chooses by the labels of arrays, if they are classes. */
function forRareClass(
  content: Content,
  { task, groups }: Given,
  columns: number | undefined,
): ReturnType<typeof draftClasses> {
  const labels = isTable(content) ? undefined : content.labels
  if (labels?.columns.length !== (groups ? 2 : 1) || (task ?? inferTask(labels, [0])) !== 'classification')
    return undefined
  return draftClasses(classCounts(labels.columns[0]!), columns)
}

const sectionsOf = (draft: ReturnType<typeof draftClasses>): Rare => {
  const { objective, classes, retrain } = draft ?? {}
  return { objective, classes, retrain }
}

const lacks = (row: readonly (string | number)[]): boolean =>
  row.some((cell) => Number.isNaN(cell) || (typeof cell === 'string' && isMissing(cell)))

function ofRecords(
  x: readonly PlainRecord[],
  y: Targets,
  { features, groups, test, classes, ...given }: Given,
): Chosen {
  const other = Object.entries({ features, groups, test, classes }).find(([, value]) => value !== undefined)
  if (other)
    throw new InputError(`${other[0]}: only of arrays, got it with records; fromRecords and search take more`)
  const { rows } = targetRows(y, x.length, 'y', given.task)
  const width = rows[0]!.length
  const outputs = given.outputs ?? Array.from({ length: width }, (_, k) => `target${width > 1 ? k : ''}`)
  if (outputs.length !== width)
    throw new InputError(
      `outputs: expected ${width} names, one for each value in a row of y, got ${outputs.length}`,
    )
  requireDistinct(outputs, 'outputs')
  const targets = outputs.map((name) => nameBeside(x, name))
  // A boolean must stay one, so that it is predicted as one.
  const cellAt = (i: number, k: number): Cell => {
    const original = (y as readonly unknown[])[i]
    return typeof original === 'boolean' ? original : rows[i]![k]!
  }
  const records = x.map((record, i) => ({
    ...record,
    ...Object.fromEntries(targets.map((name, k) => [name, cellAt(i, k)])),
  }))
  const table = recordsTable(records, given.name ?? 'records')
  const { section } = draftColumns(table, { target: targets, task: given.task })
  const split = draftSplit(table, section)
  const { target: _, ...options } = section
  const counted = section.task === 'classification' ? classCounts(table.columns.at(-1)!) : new Map()
  const rare = draftClasses(counted, table.names.length)
  return {
    ...sectionsOf(rare),
    data: fromRecords(records, targets.length === 1 ? targets[0]! : targets, {
      ...options,
      name: given.name,
    }),
    space: spaceFor('table', [], rare?.options),
    ...(split && { split: split.section }),
  }
}

/** A name for a target that no record has. */
function nameBeside(x: readonly PlainRecord[], wanted: string): string {
  let name = wanted
  while (x.some((record) => name in record)) name = `_${name}`
  return name
}

/** The default space of a kind of data. */
function spaceFor(
  kind: 'table' | 'sequences' | 'images',
  shape: readonly number[],
  draftOptions?: Readonly<Record<string, number>>,
): SearchRequest['space'] {
  const { space: name, options = {} } = draftSpace({
    kind,
    shape,
    options: draftOptions,
  }).section
  return { space: spaces.find((each) => each.name === name)!, options }
}

const defined = (given: Given): ArraysOptions =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
