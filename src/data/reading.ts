import { countMissingCells, distinctCells, numbersOf } from './column.js'
import type { Content, Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import type { Roles } from './dataset-parts.js'
import type { EncodedColumn } from './encode.js'
import { aboutSentinels, sentinelsOf } from './sentinels.js'
import type { Reading, ColumnReading, Task } from './types.js'

/** The most distinct values that are counted. */
const COUNTED = 1000

/** How files of arrays were interpreted, as the reader reports it. */
export const arraysReading = (content: Content, { reader }: DataSettings): Reading => ({
  file: content.name,
  format: reader.name,
  facts: content.taken?.facts ?? {},
  notes: [...(content.taken?.notes ?? []), ...brokenNotes(content)],
  broken: content.broken,
})

/** The number of broken files that a note names. */
const NAMED = 5

/** Which files of a folder were left out because they are broken, as a sentence; none if all are whole. */
export function brokenNotes({ broken = [] }: Pick<Content, 'broken'>): string[] {
  if (broken.length === 0) return []
  const named = broken.slice(0, NAMED).map(({ file }) => file)
  const more = broken.length > NAMED ? `, and ${broken.length - NAMED} more` : ''
  return [
    `${broken.length} broken ${broken.length === 1 ? 'image' : 'images'} left out: ${named.join(', ')}${more}; repair or remove them`,
  ]
}

/** How a table and each of its columns were interpreted. */
export function tableReading(
  table: Table,
  { inputs, dates, targets, categorical }: Roles,
  encoded: readonly EncodedColumn[],
  task: Task,
  settings: DataSettings,
  keyColumn: number | undefined,
): Reading {
  const encodedColumns = new Map(inputs.map((column, i) => [column, encoded[i]!]))
  const predicted = new Set(targets)
  const dropped = new Set(settings.drop)
  const columns = table.names.map((name, column): ColumnReading => {
    const parts = dates.get(column)
    if (parts) return { name, role: 'input', kind: 'date', why: `config.data.dates: ${parts.join(', ')}` }
    const isInput = encodedColumns.has(column)
    if (!isInput && !predicted.has(column)) {
      if (column === keyColumn) return { name, role: 'split', why: 'config.split.column' }
      if (name === settings.time) return { name, role: 'time', why: 'config.data.time' }
      if (settings.seriesBy.includes(name)) return { name, role: 'series', why: 'config.data.seriesBy' }
      if (dropped.has(name)) return { name, role: 'dropped', why: 'config.data.drop' }
      return { name, role: 'left out', why: 'no target that config.data.target names' }
    }
    const role = !predicted.has(column) ? 'input' : isInput ? 'input and target' : 'target'
    const interpretation = isInput
      ? inputKind(table, column, encodedColumns.get(column)!, categorical.has(column))
      : targetKind(table, column, task, settings)
    return { name, role, ...interpretation }
  })
  const read = arraysReading(table, settings)
  return { ...read, notes: [...read.notes, ...sentinelNotes(table, inputs, encoded, task, targets)], columns }
}

/** Warnings of numbers that seem to stand for missing cells, in columns of numbers. */
function sentinelNotes(
  table: Table,
  inputs: readonly number[],
  encoded: readonly EncodedColumn[],
  task: Task,
  targets: readonly number[],
): string[] {
  const numbers = inputs.filter((_, i) => encoded[i]!.categories === undefined)
  const columns = task.kind === 'classification' ? numbers : [...new Set([...numbers, ...targets])]
  return columns.flatMap((column) => {
    const sentinels = sentinelsOf(numbersOf(table.columns[column]!))
    return sentinels.length > 0 ? [aboutSentinels(table.names[column]!, sentinels)] : []
  })
}

type ColumnKind = Pick<ColumnReading, 'kind' | 'levels' | 'why'>

function inputKind(
  table: Table,
  column: number,
  { categories, rare = [], unit }: EncodedColumn,
  chosen: boolean,
): ColumnKind {
  const cells = table.columns[column]!
  const { numbers, texts, more } = distinctCells(cells, COUNTED)
  const levels = categories ? categories.length + rare.length : numbers.length + texts.length
  const missing = countMissingCells(cells)
  const folded = rare.length > 0 ? `; ${rare.length} rare ones share one feature` : ''
  const besides = `${missing > 0 ? `, but for ${missing} missing` : ''}${folded}`
  const why =
    categories === undefined
      ? `its cells are numbers${unit ? ` with the unit ${unit}` : ''}${besides}`
      : `${chosen ? 'config.data.categorical' : `its cells are ${texts.every(isDate) ? 'dates: text' : 'text'}`}${besides}`
  if (levels === 1 && !more) return { kind: 'constant', levels, why }
  if (categories === undefined) {
    return levels === 2 && !more ? { kind: 'binary', levels, why } : { kind: 'number', why }
  }
  return { kind: levels === 2 ? 'binary' : 'category', levels, why }
}

function targetKind(
  table: Table,
  column: number,
  task: Task,
  { task: given, classes }: DataSettings,
): ColumnKind {
  if (task.kind !== 'classification') {
    const why =
      given === undefined ? 'its cells are numbers, more than classes would be' : `config.data.task: ${given}`
    return { kind: 'number', why }
  }
  const levels = task.classes.length
  const kind = levels === 2 ? 'binary' : 'category'
  if (classes !== undefined) return { kind, levels, why: 'config.data.classes' }
  if (given !== undefined) return { kind, levels, why: `config.data.task: ${given}` }
  const { texts } = distinctCells(table.columns[column]!, COUNTED)
  return {
    kind,
    levels,
    why: texts.length > 0 ? 'its cells are text' : 'its cells are few distinct whole numbers',
  }
}

const isDate = (text: string) => /^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$/.test(text)

/** How a file was read, as one line: `a.csv: csv, encoding utf-8 (by default), …; 4 numbers, 1 category`. */
export function readingLine({ file, format, facts, columns = [] }: Reading): string {
  const factTexts = Object.entries(facts).map(([name, { value, how }]) => `${name} ${shown(value)} (${how})`)
  const inputs = columns.filter(({ role }) => role.startsWith('input'))
  const count = (kind: string, plural: string) => {
    const n = inputs.filter((column) => column.kind === kind).length
    return n === 0 ? [] : [`${n} ${n === 1 ? kind : plural}`]
  }
  const kinds = [
    ...count('number', 'numbers'),
    ...count('binary', 'binary'),
    ...count('category', 'categories'),
    ...count('constant', 'constant'),
    ...count('date', 'dates'),
  ]
  const targets = columns
    .filter(({ role }) => role.endsWith('target'))
    .map(({ name, kind, levels }) => `${name} (${kind!}${levels === undefined ? '' : `, ${levels} classes`})`)
  return [
    `${file}: ${[format, ...factTexts].join(', ')}`,
    ...(kinds.length > 0 ? [`inputs: ${kinds.join(', ')}`] : []),
    ...(targets.length > 0 ? [`target: ${targets.join(', ')}`] : []),
  ].join('; ')
}

const shown = (value: string) => (/^[\w-]+$/.test(value) ? value : JSON.stringify(value))
