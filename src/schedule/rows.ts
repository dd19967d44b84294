import { expected, InputError } from '../base/errors.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import { append, columnBook } from './columns.js'
import { checkTerm, layersOf, selectedLayers, type CompileContext } from './context.js'
import { columnLabel, readLabel, unmatched } from './select.js'
import type { ScheduleColumn, Schedule, Segment } from './types.js'

/** A row of a table: from, to (exclusive), layer, term, λ. Layer `*` is for the losses. */
export type Row = NonNullable<ScheduleDocument['table']>[number]

/** The weights of the losses and the columns of a document's table, with every row checked. */
export function columnsOfTable(
  rows: readonly Row[],
  context: CompileContext,
): Pick<Schedule, 'losses' | 'columns'> {
  const book = columnBook(context.layers)
  const segmentsFor = book.stretch()
  const losses = { task: [] as Segment[], reconstruction: [] as Segment[] }
  const known = new Map<string, Omit<ScheduleColumn, 'segments'>>()
  const columnFor = (layer: string, term: string, path: string) => {
    const key = `${layer} ${term}`
    const column = known.get(key) ?? columnOf(layer, term, path, context)
    known.set(key, column)
    return column
  }
  rows.forEach(([from, to, layer, term, value], i) => {
    const path = `schedule.table.${i}`
    if (to <= from) throw expected(`${path}.1`, `an end after ${from}`, to)
    if (to > context.steps)
      throw expected(`${path}.1`, `at most the ${context.steps} iterations of the search`, to)
    const segments = layer === '*' ? losses[lossOf(term, path)] : segmentsFor(columnFor(layer, term, path))
    const before = segments[segments.length - 1]?.to ?? 0
    if (from < before) throw expected(`${path}.0`, `at least ${before}, where the row before it ends`, from)
    append(segments, from, to, value)
  })
  if (losses.task.length + losses.reconstruction.length === 0)
    throw new InputError(
      'schedule.table: no row has layer * and term task or reconstruction, so there is no loss',
    )
  return { losses, columns: book.columns() }
}

function lossOf(term: string, path: string): 'task' | 'reconstruction' {
  if (term === 'task' || term === 'reconstruction') return term
  throw expected(`${path}.3`, 'task or reconstruction on layer *', term)
}

function columnOf(layer: string, label: string, path: string, context: CompileContext) {
  const read = readLabel(label)
  if (!read) throw expected(`${path}.3`, 'a term and its part, as l1/gates', label)
  const part = checkTerm(read.term, read.part, path, context)
  const layers = layersOf(part, context)
  if (!layers.includes(layer)) throw unmatched(layer, layers, 'layer', `${path}.2`)
  const column = { term: read.term, part, layer, select: read.select }
  selectedLayers(column, [layer], path, context)
  return column
}

/**
 * The λ of a schedule as rows, for the first `steps` iterations: the losses first, as terms of layer `*`,
 * then column by column.
 */
export function rowsOf(schedule: Schedule, steps = schedule.steps): Row[] {
  const lists = [
    ...(['task', 'reconstruction'] as const).map((label) => ({
      layer: '*',
      label: label,
      segments: schedule.losses[label],
    })),
    ...schedule.columns.map((column) => ({
      layer: column.layer,
      label: columnLabel(column),
      segments: column.segments,
    })),
  ]
  return lists.flatMap(({ layer, label, segments }) =>
    segments
      .filter(({ from }) => from < steps)
      .map(({ from, to, value }): Row => [from, Math.min(to, steps), layer, label, value]),
  )
}

/** The content of `schedule.csv` for the first `steps` iterations of a schedule. */
export const scheduleCsv = (schedule: Schedule, steps = schedule.steps): string =>
  rowsCsv(rowsOf(schedule, steps))

/** Rows as CSV with the header from, to, layer, term, lambda. Numbers read back exactly. */
export function rowsCsv(rows: readonly Row[]): string {
  const lines = rows.map((row) => row.map((cell) => csvCell(String(cell))).join(','))
  return ['from,to,layer,term,lambda', ...lines, ''].join('\n')
}

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
