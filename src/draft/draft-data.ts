import { existsSync } from 'node:fs'
import { InputError } from '../base/errors.js'
import { columnIndices } from '../data/columns.js'
import type { Table } from '../data/content.js'
import { withoutMissingValues, type MissingValues } from '../data/missing-values.js'
import { contentOf } from '../data/read-content.js'
import { isNumeric } from '../data/numbers.js'
import { firstLine } from '../data/readers/csv.js'
import { isUnicode } from '../data/readers/text-pieces.js'
import { readerByPath, readers } from '../data/readers/index.js'
import type { Reader } from '../data/readers/types.js'
import { withoutUnits } from '../data/unit-columns.js'
import { classCounts, withRareClass } from './draft-classes.js'
import { draftArrays, draftFolder } from './draft-arrays.js'
import { draftMissingValues } from './draft-missing.js'
import { draftSeries } from './draft-series.js'
import { draftSplit } from './draft-split.js'
import { draftColumns, draftNumbers } from './draft-table.js'
import { columnsListed } from './listed.js'
import { usual, type Choice, type DataSection, type DraftedData, type DraftOptions } from './types.js'

/**
 * Reads a data file, or a folder of images, and works out the `data` section that a configuration needs for
 * it.
 */
export async function draftData(path: string, options: DraftOptions): Promise<DraftedData> {
  if (!existsSync(path)) throw new InputError(`${path}: expected a file or folder, got nothing there`)
  const all = [...(options.readers ?? []), ...readers]
  const reader = readerByPath(path, all)
  if (!reader) {
    const known = all.map(({ name }) => name).join(', ')
    throw new InputError(
      `${path}: expected a configuration (.yaml, .json) or data whose name tells its format, got neither; formats: ${known}; data.format of a configuration names one, and --plugin brings one of your own`,
    )
  }
  if (reader.gives === 'table') return draftTable(path, reader, options)
  requireNoTableOptions(path, options)
  return reader.name === 'image-folder' ? draftFolder(path, options) : draftArrays(path, reader, options)
}

async function draftTable(path: string, reader: Reader, options: DraftOptions): Promise<DraftedData> {
  const choices: Choice[] = []
  let section: DataSection = { file: path }
  const read = async () => {
    const content = (await contentOf(reader, path, { ...usual, ...section })) as Table
    return withoutMissingValues(content, section.missingValues as MissingValues | undefined)
  }
  if (reader.options?.includes('encoding') && !(await isUnicode(path))) {
    section = { ...section, encoding: 'windows-1252' }
    choices.push({
      key: ['data', 'encoding'],
      why: 'some bytes are not UTF-8; if letters look wrong, set another encoding',
    })
  }
  if (reader.options?.includes('header') && !hasNames(await firstLine(path, section.encoding), options)) {
    section = { ...section, header: false }
    choices.push({ key: ['data', 'header'], why: 'the first line has data, not names' })
  }
  const raw = await read()
  const missing = draftMissingValues(raw)
  section = { ...section, ...missing.section }
  let table = withoutMissingValues(raw, section.missingValues as MissingValues | undefined)
  const numbers = draftNumbers(table)
  section = { ...section, ...numbers.section }
  if (section.decimal ?? section.thousands) table = await read()
  const units = columnIndices(table, section.numeric ?? [], 'data.numeric')
  const bare = withoutUnits(table, units, { ...usual, ...section })
  const { horizon, window } = options
  const asked = section.header === false ? byIndex(options, table) : options
  const seriesDraft =
    horizon === undefined
      ? undefined
      : draftSeries(bare, columnsListed(bare.names, asked.target ?? []), options)
  const columns = draftColumns(seriesDraft?.table ?? bare, asked)
  const series = horizon !== undefined && {
    ...seriesDraft!.section,
    window: window ?? usualWindow(horizon, seriesDraft!.steps),
    horizon,
  }
  if (series && window === undefined)
    choices.push({ key: ['data', 'window'], why: `twice the horizon, at least 24 steps; --window sets it` })
  const split = series ? seriesDraft!.split : draftSplit(bare, columns.section)
  const drafted: DraftedData = {
    section: { ...section, ...columns.section, ...series },
    choices: [
      ...choices,
      ...missing.choices,
      ...numbers.choices,
      ...columns.choices,
      ...(seriesDraft?.choices ?? []),
      ...(split?.choices ?? []),
    ],
    ...(split && { split: split.section }),
    kind: series ? 'series' : 'table',
  }
  const { task, target } = columns.section
  if (task !== 'classification' || typeof target !== 'string') return drafted
  const counts = classCounts(bare.columns[bare.names.indexOf(target)]!)
  return withRareClass(drafted, counts, bare.names.length)
}

/**
 * Whether the first line holds the names of the columns. If exactly one of two readings of `target` fits this
 * line (as names that occur in it, or as indices), that reading decides; an index means that there are no
 * names, unless no cell is a number. Otherwise, the line holds names unless all of its cells are numbers.
 */
function hasNames(first: readonly string[], { target = [] }: DraftOptions): boolean {
  const wanted = columnsListed(first, target)
  const isNamed = wanted.length > 0 && wanted.every((name) => first.includes(name))
  const isIndexed = wanted.length > 0 && wanted.every((name) => /^-?\d+$/.test(name) && +name < first.length)
  if (isNamed !== isIndexed) return isNamed || !first.some(isNumeric)
  return !first.every(isNumeric)
}

/** Turns the target's indices into the names that a file without a header gets; −1 is the last column. */
const byIndex = (options: DraftOptions, { names }: Table): DraftOptions => {
  if (options.target === undefined) return options
  const named = (each: string) => (/^-\d+$/.test(each) ? (names.at(Number(each)) ?? each) : each)
  return { ...options, target: columnsListed(names, options.target).map(named) }
}

/** The default window in time steps: twice the horizon, at least 24, at most a tenth of all steps. */
const usualWindow = (horizon: number, steps: number): number =>
  Math.max(1, Math.min(Math.max(24, 2 * horizon), Math.floor(steps / 10)))

function requireNoTableOptions(
  path: string,
  { drop, horizon, window, seriesBy, timeColumn }: DraftOptions,
): void {
  const given = { drop, horizon, window, 'series-by': seriesBy, 'time-column': timeColumn }
  const givenOption = Object.entries(given).find(([, value]) => value !== undefined)
  if (givenOption) throw new InputError(`--${givenOption[0]}: only for tables, got it with ${path}`)
}
