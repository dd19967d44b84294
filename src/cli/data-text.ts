import type { DataReport } from '../data/check-data.js'
import { readingLine } from '../data/reading.js'
import type { ColumnReading } from '../data/types.js'
import { formatCount, formatNumber } from '../report/format.js'
import { textTable } from './table.js'

const splits = ['train', 'arch', 'validation', 'test'] as const

/** Describes checked data: how it was interpreted, the rows of each split and class, and warnings. */
export function dataText(found: DataReport): string {
  const missing = Object.entries(found.missing).map(([column, cells]) => `${column} ${cells}`)
  const facts = [
    `${found.name}: ${found.task}, ${formatCount(found.rows)} rows of shape [${found.shape.join(', ')}]`,
    `missing cells: ${missing.join(', ') || 'none'}; rows left out: ${found.leftOut}; duplicates: ${found.duplicates.rows}`,
  ]
  // A search in mode joint, which is the default, has no rows for the gates alone.
  const used = splits.filter((name) => name !== 'arch' || found.splits.arch > 0)
  const sizes = textTable([
    ['', ...used],
    ['rows', ...used.map((name) => formatCount(found.splits[name]))],
    ...(found.classes ?? []).map((each) => [
      `class ${each.name}`,
      ...used.map((name) => formatCount(each[name])),
    ]),
  ])
  const outputs = (found.outputs ?? []).map(
    ({ name, min, mean, max }) =>
      `${name}: from ${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}`,
  )
  const warnings = found.warnings.map((warning) => `warning: ${warning}`)
  const { reading } = found
  const read = reading ? [readingLine(reading), ...columnLines(reading.columns ?? [])] : []
  return [
    ...facts,
    ...read,
    '',
    sizes,
    ...outputs,
    '',
    ...(warnings.length > 0 ? warnings : ['no warnings']),
  ].join('\n')
}

const SHOWN = 40

/** How the first columns were interpreted; `--json` lists all of them. */
function columnLines(columns: readonly ColumnReading[]): string[] {
  const rows = columns
    .slice(0, SHOWN)
    .map(
      ({ name, role, kind = '', levels, why }) =>
        `  ${name}: ${[role, kind, levels === undefined ? '' : `${levels} ${levels === 1 ? 'level' : 'levels'}`].filter((part) => part !== '').join(', ')} (${why})`,
    )
  return columns.length > SHOWN ? [...rows, `  … and ${columns.length - SHOWN} more (--json)`] : rows
}
