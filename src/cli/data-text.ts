import type { DataReport } from '../data/check-data.js'
import { readingLine } from '../data/reading.js'
import type { ColumnReading } from '../data/types.js'
import { formatCount, formatNumber } from '../report/format.js'
import { textTable } from './table.js'

const splits = ['train', 'arch', 'validation', 'test'] as const

/** Describes checked data: how it was interpreted, the rows of each split and class, and warnings. */
export function dataText(report: DataReport): string {
  const missing = Object.entries(report.missing).map(([column, cells]) => `${column} ${cells}`)
  const facts = [
    `${report.name}: ${report.task}, ${formatCount(report.rows)} rows of shape [${report.shape.join(', ')}]`,
    ...(report.unlabelled ? [`${formatCount(report.unlabelled.rows)} more rows without a target`] : []),
    `missing cells: ${missing.join(', ') || 'none'}; rows left out: ${report.leftOut}; duplicates: ${report.duplicates.rows}`,
  ]
  // A search in mode joint, which is the default, has no rows for the gates alone.
  const used = splits.filter((name) => name !== 'arch' || report.splits.arch > 0)
  const sizes = textTable([
    ['', ...used],
    ['rows', ...used.map((name) => formatCount(report.splits[name]))],
    ...(report.classes ?? []).map((each) => [
      `class ${each.name}`,
      ...used.map((name) => formatCount(each[name])),
    ]),
  ])
  const outputs = (report.outputs ?? []).map(
    ({ name, min, mean, max }) =>
      `${name}: from ${formatNumber(min)} to ${formatNumber(max)}, mean ${formatNumber(mean)}`,
  )
  const warnings = report.warnings.map((warning) => `warning: ${warning}`)
  const { reading } = report
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
