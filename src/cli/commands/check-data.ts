import { loadConfig } from '../../config/load-config.js'
import { checkData, type DataReport } from '../../data/check-data.js'
import { prepareData } from '../../data/prepare.js'
import { readingLine } from '../../data/reading.js'
import type { ColumnReading } from '../../data/types.js'
import { formatNumber } from '../../report/format.js'
import { requireTakes, spaceOf } from '../../setup/supernet-of.js'
import { resolveTraining } from '../../train/training.js'
import { command } from '../command.js'
import { json, path, required, set, settings } from '../options.js'
import { textTable } from '../table.js'
import { trainingLines } from '../training-text.js'

const splits = ['train', 'arch', 'validation', 'test'] as const

export const checkDataCommand = command({
  usage: 'check-data <config>',
  description: 'read and split a configuration’s data and tell what may spoil a search',
  positionals: { config: path('a YAML or JSON file') },
  options: { set, json },
  async run(args, { print }) {
    const { config, folder } = loadConfig(required(args, 'config'), { set: settings(args) })
    const space = spaceOf(config.supernet.space, 'config.supernet.space')
    const data = await prepareData(config, folder)
    requireTakes(space, data.dataset, 'config.supernet.space')
    const found = checkData(data)
    const { search, retrain } = resolveTraining(config, data)
    if (args.json) print(JSON.stringify({ ...found, training: { search, retrain } }))
    else print([describe(found), '', ...trainingLines({ search, retrain })].join('\n'))
  },
})

function describe(found: DataReport): string {
  const missing = Object.entries(found.missing).map(([column, cells]) => `${column} ${cells}`)
  const facts = [
    `${found.name}: ${found.task}, ${found.rows} rows of shape [${found.shape.join(', ')}]`,
    `missing cells: ${missing.join(', ') || 'none'}; rows left out: ${found.leftOut}; duplicates: ${found.duplicates.rows}`,
  ]
  const sizes = textTable([
    ['', ...splits],
    ['rows', ...splits.map((name) => String(found.splits[name]))],
    ...(found.classes ?? []).map((each) => [
      `class ${each.name}`,
      ...splits.map((name) => String(each[name])),
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

/** What each column was taken for: so many of them, `--json` has all. */
function columnLines(columns: readonly ColumnReading[]): string[] {
  const rows = columns
    .slice(0, SHOWN)
    .map(
      ({ name, role, kind = '', levels, why }) =>
        `  ${name}: ${[role, kind, levels === undefined ? '' : `${levels} levels`].filter((part) => part !== '').join(', ')} (${why})`,
    )
  return columns.length > SHOWN ? [...rows, `  … and ${columns.length - SHOWN} more (--json)`] : rows
}
