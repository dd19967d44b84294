import { parse } from 'yaml'
import { InputError } from '../base/errors.js'
import { countMissingCells, distinctCells, hasNumber, labelsOf, textAt, type Column } from '../data/column.js'
import { columnIndices } from '../data/columns.js'
import type { Table } from '../data/content.js'
import { MOST_CATEGORIES } from '../data/encode.js'
import { disguiseOf } from '../data/numbers.js'
import { inferTask } from '../data/target.js'
import { columnsListed } from './listed.js'
import type { Choice, DataSection, DraftOptions, Drafted } from './types.js'

/** Distinct cells that are examined per column. */
const lookedAt = 10_000

/**
 * How the file writes its numbers: `data.decimal`, `data.thousands` and `data.numeric`, inferred from its
 * cells.
 */
export function draftNumbers({ names, columns }: Table): Drafted<Partial<DataSection>> {
  const section: Record<string, unknown> = {}
  const choices: Choice[] = []
  const found = names.flatMap((name, c) => {
    const column = columns[c]!
    if (hasNumber(column) || countMissingCells(column) === column.cells.length) return []
    const { cell, keys = [] } = disguiseOf(distinctCells(column, lookedAt).texts, name) ?? {}
    return keys.map((text) => ({ name, cell, text }))
  })
  // If one column has a decimal comma, the comma of 1,000 in another column is not a thousands separator.
  const comma = found.find(({ text }) => text === 'data.decimal: ","')
  for (const { name, cell, text } of found) {
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
  const useless = table.names.flatMap((name, c) => {
    if (targets.includes(c) || given.includes(c)) return []
    const why =
      whyNoInput(name, table.columns[c]!, table.places.length, series) ??
      (!series && targets.some((t) => sameCells(table.columns[c]!, table.columns[t]!))
        ? 'it repeats the target'
        : undefined)
    return why === undefined ? [] : [{ name, why }]
  })
  const drop = [...given.map((c) => table.names[c]!), ...useless.map(({ name }) => name)]
  const dropped = new Set(drop)
  const missing = table.names.filter(
    (name, c) => !dropped.has(name) && countMissingCells(table.columns[c]!) > 0,
  )
  // In a forecast, the past values of the target are inputs, too, so that its gaps are filled.
  const policy: keyof typeof done = series
    ? 'median'
    : missing.every((name) => target.includes(name))
      ? 'drop-row'
      : 'indicator'
  const task = series ? 'forecasting' : (options.task ?? inferTask(table, targets))
  const [shown] = missing
  return {
    section: {
      ...(series && { kind: 'series' as const }),
      target: target.length === 1 ? target[0]! : [...target],
      task,
      ...(drop.length > 0 && { drop }),
      ...(shown !== undefined && { missing: policy }),
    },
    choices: [
      ...(options.task || series ? [] : [{ key: ['data', 'task'], why: whyTask(table, targets, task) }]),
      ...(useless.length > 0
        ? [{ key: ['data', 'drop'], why: useless.map(({ name, why }) => `${name} (${why})`).join(', ') }]
        : []),
      ...(shown !== undefined
        ? [
            {
              key: ['data', 'missing'],
              why: `${missing.length === 1 ? shown : `${shown} and ${missing.length - 1} more columns`} ${missing.length === 1 ? 'has' : 'have'} empty cells; ${done[policy]}`,
            },
          ]
        : []),
    ],
  }
}

/** How each policy for missing cells is explained to the user. */
const done = {
  median: 'they are filled with the median',
  'drop-row': 'rows without a target are left out',
  indicator: 'they are filled, and a further input says where',
} as const

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

function whyTask(table: Table, targets: readonly number[], task: string): string {
  const [column] = targets
  if (targets.length > 1) return 'several targets are numbers'
  const { numbers, texts, more } = distinctCells(table.columns[column!]!, lookedAt)
  const count = `${more ? 'more than ' : ''}${numbers.length + texts.length}`
  return task === 'classification'
    ? numbers.length > 0
      ? `the target has ${count} different whole ${count === '1' ? 'number' : 'numbers'}; --task regression predicts them as amounts`
      : `the target has ${count} different texts`
    : `the target has ${count} different numbers; --task classification takes each as a class`
}

/** The reason why a column cannot help to predict new rows; undefined if it may help. */
function whyNoInput(name: string, column: Column, rows: number, ordered: boolean): string | undefined {
  const missing = countMissingCells(column)
  if (missing === rows) return 'empty'
  const distinct = distinctCells(column, Math.max(lookedAt, rows))
  const count = distinct.numbers.length + distinct.texts.length
  if (count === 1 && missing === 0) return 'the same in all rows'
  if (!hasNumber(column)) {
    const labels = labelsOf(distinct).length
    if (labels > MOST_CATEGORIES || (labels > 20 && labels > (rows - missing) / 2))
      return ordered && labels === rows ? 'the time' : `${labels} different texts in ${rows} rows`
    return undefined
  }
  // A column of consecutive numbers from 0 or 1 only numbers the rows.
  const first = column.cells[0]!
  const counts = (first === 0 || first === 1) && column.cells.every((cell, row) => cell === first + row)
  if (counts && rows > 2) return 'it counts the rows'
  // Columns without a name may be keys as well, because tables are often written with row numbers in front.
  const key = /^(id|index|row|uuid|unnamed.*|column \d+)$|(_|\s|\b)id$/i.test(name) || /[a-z]ID$/.test(name)
  return key && count === rows && distinct.numbers.every(Number.isInteger)
    ? 'a key, different in each row'
    : undefined
}
