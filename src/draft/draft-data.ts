import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { InputError } from '../base/errors.js'
import { columnIndices } from '../data/columns.js'
import { isTable, type Table } from '../data/content.js'
import { contentOf } from '../data/read-content.js'
import { isNumeric } from '../data/numbers.js'
import { firstLine } from '../data/readers/csv.js'
import { largestImage } from '../data/readers/image-folder.js'
import { readerByPath, readers } from '../data/readers/index.js'
import type { ReadOptions, Reader } from '../data/readers/types.js'
import { withoutUnits } from '../data/unit-columns.js'
import { draftColumns, draftNumbers } from './draft-table.js'
import type { Choice, DataSection, DraftOptions, Drafted } from './types.js'

/** What the data of a draft are, beside what a configuration says of them. */
export interface DraftedData extends Drafted<DataSection> {
  readonly kind: 'table' | 'images' | 'series' | 'sequences'
  /** One row's, where the rows are arrays. */
  readonly shape?: readonly number[]
}

const usual: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse' }

/** Images are read no larger: more takes longer than a first search should. */
const largestSide = 64

/** Looks at a file, or a folder of images, and says how a configuration reads it. */
export async function draftData(path: string, options: DraftOptions): Promise<DraftedData> {
  if (!existsSync(path)) throw new InputError(`${path}: expected a file or folder, got nothing there`)
  const reader = readerByPath(path, readers)
  if (!reader) {
    const known = readers.map(({ name }) => name).join(', ')
    throw new InputError(
      `${path}: expected a configuration (.yaml, .json) or data whose name tells its format, got neither; formats: ${known}; data.format of a configuration names one`,
    )
  }
  if (reader.gives === 'table') return draftTable(path, reader, options)
  requireNoTableOptions(path, options)
  return reader.name === 'image-folder' ? draftFolder(path) : draftArrays(path, reader, options)
}

async function draftTable(path: string, reader: Reader, options: DraftOptions): Promise<DraftedData> {
  const choices: Choice[] = []
  let section: DataSection = { file: path }
  const read = async () => (await contentOf(reader, path, { ...usual, ...section })) as Table
  if (reader.options?.includes('header') && (await firstLine(path)).every(isNumeric)) {
    section = { ...section, header: false }
    choices.push({ key: ['data', 'header'], why: 'the first line has numbers, no names' })
  }
  let table = await read()
  const numbers = draftNumbers(table)
  section = { ...section, ...numbers.section }
  if (section.decimal ?? section.thousands) table = await read()
  const units = columnIndices(table, section.numeric ?? [], 'data.numeric')
  const bare = withoutUnits(table, units, { ...usual, ...section })
  const columns = draftColumns(bare, section.header === false ? byIndex(options, table) : options)
  const { horizon, window } = options
  const series = horizon !== undefined && {
    window: window ?? usualWindow(horizon, table.places.length),
    horizon,
  }
  if (series && window === undefined)
    choices.push({ key: ['data', 'window'], why: `twice the horizon, at least 24 steps; --window sets it` })
  return {
    section: { ...section, ...columns.section, ...series },
    choices: [...choices, ...numbers.choices, ...columns.choices],
    kind: series ? 'series' : 'table',
  }
}

/** A column of a file without names is named by its index; −1 is the last. */
const byIndex = (options: DraftOptions, { names }: Table): DraftOptions => {
  const named = (each: string) => (/^-\d+$/.test(each) ? (names.at(Number(each)) ?? each) : each)
  const { target } = options
  if (target === undefined) return options
  return { ...options, target: typeof target === 'string' ? named(target) : target.map(named) }
}

/** Steps that a forecast sees: twice as many as it looks ahead, at least 24, at most a tenth of all. */
const usualWindow = (horizon: number, steps: number): number =>
  Math.max(1, Math.min(Math.max(24, 2 * horizon), Math.floor(steps / 10)))

function requireNoTableOptions(path: string, { drop, horizon, window, task }: DraftOptions): void {
  const found = Object.entries({ drop, horizon, window, task }).find(([, value]) => value !== undefined)
  if (found) throw new InputError(`--${found[0]}: only for tables, got it with ${path}`)
}

function draftFolder(path: string): DraftedData {
  const { height, width, channels, alike, count } = largestImage(path)
  const scale = Math.min(1, largestSide / Math.max(height, width))
  const image = { height: Math.round(height * scale), width: Math.round(width * scale), channels }
  const fits = alike && scale === 1
  const colour = channels === 1 ? 'gray' : 'in colour'
  return {
    section: { file: path, image, ...(!fits && { resize: 'crop' as const }) },
    choices: [
      {
        key: ['data', 'image'],
        why: `of ${count} images looked at, ${colour}, the largest is ${height}×${width}${scale < 1 ? `; larger images take longer` : ''}`,
      },
      ...(fits ? [] : [{ key: ['data', 'resize'], why: 'images are made to have this size' }]),
    ],
    kind: 'images',
    shape: [image.height, image.width, channels],
  }
}

async function draftArrays(path: string, reader: Reader, { target }: DraftOptions): Promise<DraftedData> {
  const choices: Choice[] = []
  const content = await contentOf(reader, path, usual)
  const targetFile = target === undefined ? siblingOf(path) : String(target)
  const labels = isTable(content) ? undefined : content.labels
  if (target !== undefined && labels)
    throw new InputError(
      `--target: expected none, for ${basename(path)} has its labels in it, got ${String(target)}`,
    )
  if (!labels && (targetFile === undefined || !existsSync(targetFile)))
    throw new InputError(
      `--target: expected the file of the targets of ${basename(path)}, a row each, got ${targetFile ?? 'nothing'}`,
    )
  if (!labels && target === undefined)
    choices.push({ key: ['data', 'targetFile'], why: 'it stands beside the other file' })
  const test = testBeside(path)
  if (test) choices.push({ key: ['data', 'test'], why: 'it stands beside the other file' })
  const { kind, shape } = isTable(content) ? { kind: 'table' as const, shape: undefined } : content
  return {
    section: {
      file: path,
      ...(!labels && { targetFile: targetFile! }),
      ...(test && { test: { file: test } }),
      ...(reader.name === 'ts' && { sequence: { steps: shape![0]!, channels: shape![1]! } }),
    },
    choices,
    kind,
    ...(shape && { shape }),
  }
}

/** MNIST and its relatives call the labels of `…-images-idx3-ubyte` `…-labels-idx1-ubyte`. */
function siblingOf(path: string): string | undefined {
  const sibling = path.replace(/images([.-])idx\d/, 'labels$1idx1')
  return sibling === path ? undefined : sibling
}

/** The archive of series has `NAME_TEST.ts` beside `NAME_TRAIN.ts`. */
function testBeside(path: string): string | undefined {
  const test = path.replace(/_TRAIN(\.ts(\.gz)?)$/, '_TEST$1')
  return test !== path && existsSync(test) ? test : undefined
}
