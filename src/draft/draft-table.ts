import { parse } from 'yaml'
import { InputError } from '../base/errors.js'
import {
  countMissingCells,
  distinctCells,
  hasNumber,
  missingAt,
  textAt,
  type Column,
} from '../data/column.js'
import { columnIndices } from '../data/columns.js'
import type { Table } from '../data/content.js'
import { disguiseOf } from '../data/numbers.js'
import { inferTask } from '../data/target.js'
import { draftDates } from './draft-dates.js'
import type { KeyReason } from './draft-keys.js'
import { foldedCategories, rareRows } from './draft-rare.js'
import { lookedAt, whyCategories, whyNoInput } from './draft-inputs.js'
import { columnsListed } from './listed.js'
import type { Choice, DataSection, DraftOptions, Drafted } from './types.js'

/**
 * How the file writes its numbers: `data.decimal`, `data.thousands` and `data.numeric`, inferred from its
 * cells.
 */
export function draftNumbers({ names, columns }: Table): Drafted<Partial<DataSection>> {
  const section: Record<string, unknown> = {}
  const choices: Choice[] = []
  const disguises = names.flatMap((name, c) => {
    const column = columns[c]!
    if (countMissingCells(column) === column.cells.length) return []
    const { cell, keys = [] } = disguiseOf(distinctCells(column, lookedAt).texts, name) ?? {}
    // Where some cells are plain numbers, the others have signs in them, but no unit.
    const signs = keys.filter((key) => !hasNumber(column) || !key.startsWith('data.numeric'))
    return signs.map((text) => ({ name, cell, text }))
  })
  // If one column has a decimal comma, the comma of 1,000 in another column is not a thousands separator.
  const comma = disguises.find(({ text }) => text === 'data.decimal: ","')
  for (const { name, cell, text } of disguises) {
    const read = comma && text === 'data.thousands: ","' ? comma.text : text
    const at = read.indexOf(': ')
    const key = read.slice('data.'.length, at)
    const value = parse(read.slice(at + 2)) as string | string[]
    const known = section[key]
    if (known === value) continue
    section[key] = Array.isArray(known) ? [...(known as string[]), ...value] : value
    choices.push({ key: ['data', key], why: `${name} has cells like ${cell}` })
  }
  return { section, choices }
}

/** Chooses the target, the columns that are not inputs, the task, and how missing cells are treated. */
export function draftColumns(table: Table, options: DraftOptions): Drafted<Partial<DataSection>> {
  const series = options.horizon !== undefined
  const target = targetOf(table, options)
  const targets = columnIndices(table, target, '--target')
  const given = columnIndices(table, columnsListed(table.names, options.drop ?? []), '--drop')
  const noHelp = series ? new Map<number, KeyReason>() : helpless(table, targets)
  const noDates = series ? table.names.keys() : [...targets, ...given, ...noHelp.keys()]
  const dates = draftDates(table, new Set(noDates))
  const uselessColumns = table.names.flatMap((name, c): readonly Useless[] => {
    if (targets.includes(c) || given.includes(c) || dates.names.has(name)) return []
    const reason = whyNoInput(name, table.columns[c]!, series) ?? noHelp.get(c)
    return reason === undefined ? [] : [{ name, ...reason }]
  })
  const isNoneLeft = (useless: readonly Useless[]) =>
    !series && given.length + useless.length + targets.length === table.names.length
  const useless = isNoneLeft(uselessColumns)
    ? uselessColumns.filter(({ isGuess }) => isGuess !== true)
    : uselessColumns
  const drop = [...given.map((c) => table.names[c]!), ...useless.map(({ name }) => name)]
  const dropped = new Set(drop)
  if (isNoneLeft(useless)) throw noInputLeft(table, targets, useless)
  const mixed = table.names.flatMap((name, c) => {
    const why = dropped.has(name) || targets.includes(c) ? undefined : whyCategories(table.columns[c]!)
    return why === undefined ? [] : [{ name, why }]
  })
  const rare = rareOf(
    table,
    table.names.filter((name, c) => !dropped.has(name) && !targets.includes(c) && !dates.names.has(name)),
    mixed,
  )
  const missing = table.names.filter(
    (name, c) => !dropped.has(name) && countMissingCells(table.columns[c]!) > 0,
  )
  // In a forecast, the past values of the target are inputs, too, so that its gaps are filled.
  const policy: keyof typeof done = series
    ? 'median'
    : missing.every((name) => target.includes(name))
      ? 'drop-row'
      : 'indicator'
  const task = series ? 'forecasting' : (options.task ?? taskOf(table, targets))
  const [shown] = missing
  return {
    section: {
      ...(series && { kind: 'series' as const }),
      target: target.length === 1 ? target[0]! : [...target],
      task,
      ...(drop.length > 0 && { drop }),
      ...(mixed.length > 0 && { categorical: mixed.map(({ name }) => name) }),
      ...dates.section,
      ...(shown !== undefined && { missing: policy }),
      ...(rare && { rare: rare.least }),
    },
    choices: [
      ...(options.task || series ? [] : [{ key: ['data', 'task'], why: whyTask(table, targets, task) }]),
      ...(useless.length > 0 ? [{ key: ['data', 'drop'], why: reasons(useless) }] : []),
      ...(mixed.length > 0 ? [{ key: ['data', 'categorical'], why: reasons(mixed) }] : []),
      ...dates.choices,
      ...(shown !== undefined
        ? [
            {
              key: ['data', 'missing'],
              why: `${missing.length === 1 ? shown : `${shown} and ${missing.length - 1} more columns`} ${missing.length === 1 ? 'has' : 'have'} empty cells; ${done[policy]}`,
            },
          ]
        : []),
      ...(rare ? [{ key: ['data', 'rare'], why: rare.why }] : []),
    ],
  }
}

/** The least rows of a category of its own, if a column of categories has some with fewer, and why. */
function rareOf({ names, columns, places }: Table, inputs: readonly string[], mixed: readonly Reasoned[]) {
  const foldedCounts = inputs.flatMap((name) => {
    const column = columns[names.indexOf(name)]!
    const isText = !hasNumber(column) || mixed.some((each) => each.name === name)
    const count = isText ? foldedCategories(column) : 0
    return count === 0 ? [] : [`${count} of ${name}`]
  })
  if (foldedCounts.length === 0) return undefined
  const least = rareRows(places.length)
  return { least, why: `rare and new categories share one input: ${foldedCounts.join(', ')}` }
}

/** How each policy for missing cells is explained to the user. */
const done = {
  median: 'they are filled with the median',
  'drop-row': 'rows without a target are left out',
  indicator: 'they are filled, and a further input says where',
} as const

/** A column, and the reason for what is done about it. */
interface Reasoned {
  readonly name: string
  readonly why: string
}

/** A column that cannot help. */
type Useless = Reasoned & KeyReason

const reasons = (columns: readonly Reasoned[]): string =>
  columns.map(({ name, why }) => `${name} (${why})`).join(', ')

/** The columns that repeat a target, or are empty wherever the targets are known, and which of the two. */
function helpless({ columns, places }: Table, targets: readonly number[]): ReadonlyMap<number, KeyReason> {
  const known = places.flatMap((_, row) => (targets.some((t) => missingAt(columns[t]!, row)) ? [] : [row]))
  const reasonOf = (column: Column): string | undefined => {
    if (targets.some((t) => sameCells(column, columns[t]!))) return 'it repeats the target'
    // Rows without a target are left out, and may be all that have a value here.
    return known.length > 0 && known.every((row) => missingAt(column, row))
      ? 'empty wherever the target is known'
      : undefined
  }
  const columnReasons = columns.map((column, c) => (targets.includes(c) ? undefined : reasonOf(column)))
  return new Map(columnReasons.flatMap((why, c) => (why === undefined ? [] : [[c, { why }]])))
}

function noInputLeft(table: Table, targets: readonly number[], useless: readonly Reasoned[]): InputError {
  const target = targets.map((c) => table.names[c]).join(', ')
  const got = useless.length > 0 ? `only ${reasons(useless)}` : 'none'
  const remedy = targets.every((c) => hasNumber(table.columns[c]!))
    ? '; if the rows follow one another in time, --horizon forecasts it from its own past'
    : ''
  return new InputError(
    `${table.name}: expected a column that can help to predict ${target}, got ${got}${remedy}`,
  )
}

/** Whether two columns have the same value in every row. */
const sameCells = (a: Column, b: Column): boolean =>
  a.cells.every((cell, row) => cell === b.cells[row] || textAt(a, row) === textAt(b, row))

function targetOf({ name, names }: Table, { target }: DraftOptions): readonly string[] {
  if (target !== undefined) return columnsListed(names, target)
  const shown = names.length > 12 ? [...names.slice(0, 12), '…'] : names
  throw new InputError(
    `--target: expected the column of ${name} to predict (${shown.join(', ')}), got nothing; ${JSON.stringify(names.at(-1))} is its last`,
  )
}

/**
 * The task that the target's cells suggest. A few texts among numbers are classes, for they are no amounts.
 */
function taskOf(table: Table, targets: readonly number[]): 'classification' | 'regression' {
  const [column] = targets.map((c) => table.columns[c]!)
  return targets.length === 1 && whyCategories(column!) !== undefined
    ? 'classification'
    : inferTask(table, targets)
}

function whyTask(table: Table, targets: readonly number[], task: string): string {
  const [column] = targets
  if (targets.length > 1) return 'several targets are numbers'
  const { numbers, texts, more } = distinctCells(table.columns[column!]!, lookedAt)
  const count = `${more ? 'more than ' : ''}${numbers.length + texts.length}`
  return task === 'classification'
    ? numbers.length > 0 && texts.length === 0
      ? `the target has ${count} different whole ${count === '1' ? 'number' : 'numbers'}; --task regression predicts them as amounts`
      : `the target has ${count} different texts`
    : `the target has ${count} different numbers; --task classification takes each as a class`
}
