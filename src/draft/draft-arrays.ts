import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { InputError } from '../base/errors.js'
import { countMissingCells, distinctCells } from '../data/column.js'
import { isTable, type Content, type Table } from '../data/content.js'
import { contentOf } from '../data/read-content.js'
import { classSizes, largestImage } from '../data/readers/image-folder.js'
import type { Reader } from '../data/readers/types.js'
import { classCounts, withRareClass } from './draft-classes.js'
import { usual, type Choice, type DataSection, type DraftedData, type DraftOptions } from './types.js'

/** The largest side, in pixels, to which images are read: larger ones make a first search too slow. */
const largestSide = 64

const beside: Choice = { key: ['data', 'test'], why: 'found beside the other file' }

/** Examines a folder of images and drafts the `data` section for it. */
export async function draftFolder(path: string, { task, target }: DraftOptions): Promise<DraftedData> {
  const givenOption = Object.entries({ task, target }).find(([, value]) => value !== undefined)
  if (givenOption)
    throw new InputError(
      `--${givenOption[0]}: expected none, because the folders of images are their classes, got it with ${path}`,
    )
  const { file, test } = partsOf(path)
  const { height, width, channels, alike, count, broken } = await largestImage(file)
  const scale = Math.min(1, largestSide / Math.max(height, width))
  const image = { height: Math.round(height * scale), width: Math.round(width * scale), channels }
  const fits = alike && scale === 1
  const colour = channels === 1 ? 'gray' : 'in colour'
  const drafted: DraftedData = {
    section: {
      file,
      ...(test !== undefined && { test: { file: test } }),
      image,
      ...(!fits && { resize: 'crop' as const }),
    },
    choices: [
      ...(test === undefined
        ? []
        : [{ ...beside, why: 'the folder has one for training and one for tests' }]),
      {
        key: ['data', 'image'],
        why: `of ${count} images examined${broken > 0 ? `, of which ${broken} ${broken === 1 ? 'is' : 'are'} broken and left out` : ''}, ${colour}, the largest is ${height}×${width}${scale < 1 ? `; larger images take longer` : ''}`,
      },
      ...(fits ? [] : [{ key: ['data', 'resize'], why: 'images are scaled to this size' }]),
    ],
    kind: 'images',
    shape: [image.height, image.width, channels],
  }
  return withRareClass(drafted, classSizes(file))
}

/**
 * The folders for training and for tests. If the folder has `train` and one of `test`, `val`, `valid` or
 * `validation`, these contain the classes; otherwise, the folder itself does.
 */
function partsOf(path: string): { readonly file: string; readonly test?: string } {
  const file = join(path, 'train')
  const test = ['test', 'val', 'valid', 'validation'].map((name) => join(path, name)).find(existsSync)
  return existsSync(file) && test !== undefined ? { file, test } : { file: path }
}

/** Examines a file of arrays and drafts the `data` section for it. */
export async function draftArrays(
  path: string,
  reader: Reader,
  { target, task: asked }: DraftOptions,
): Promise<DraftedData> {
  const content = await contentOf(reader, path, usual)
  const targetFile = target === undefined ? siblingOf(path) : String(target)
  const labels = isTable(content) ? undefined : content.labels
  if (target !== undefined && labels)
    throw new InputError(
      `--target: expected none, because ${basename(path)} contains its labels, got ${String(target)}`,
    )
  if (!labels && (targetFile === undefined || !existsSync(targetFile)))
    throw new InputError(
      `--target: expected the file of the targets of ${basename(path)}, a row each, got ${targetFile ?? 'nothing'}`,
    )
  const test = testBeside(path)
  const contents = test === undefined ? [content] : [content, await contentOf(reader, test, usual)]
  const task = asked ?? (labels && isMeasured(labels) ? ('regression' as const) : undefined)
  const missing = draftMissing(contents)
  const { kind, shape } = isTable(content) ? { kind: 'table' as const, shape: undefined } : content
  const steps = Math.max(...contents.map((each) => (isTable(each) ? 0 : each.shape[0]!)))
  const sequence = reader.name === 'ts' ? { steps, channels: shape![1]! } : undefined
  const section: DataSection = {
    file: path,
    ...(!labels && { targetFile: targetFile! }),
    ...(test !== undefined && { test: { file: test } }),
    task,
    sequence,
    ...(missing && { missing: missing.policy }),
  }
  const choices: Choice[] = [
    ...(labels || target !== undefined ? [] : [{ ...beside, key: ['data', 'targetFile'] }]),
    ...(test === undefined ? [] : [beside]),
    ...(task === asked
      ? []
      : [{ key: ['data', 'task'], why: 'the labels are numbers, not all of them whole' }]),
    ...(missing ? [{ key: ['data', 'missing'], why: missing.why }] : []),
  ]
  const seen = sequence ? [sequence.steps, sequence.channels] : shape
  const drafted: DraftedData = { section, choices, kind, shape: seen }
  return labels && task !== 'regression'
    ? withRareClass(drafted, classCounts(labels.columns[0]!), kind === 'table' ? shape?.[0] : undefined)
    : drafted
}

/** Whether labels are measurements: they are all numbers, and some of them are not whole. */
const isMeasured = ({ columns: [column] }: Table): boolean => {
  const { numbers, texts } = distinctCells(column!, Infinity)
  return texts.length === 0 && !numbers.every(Number.isInteger)
}

/**
 * How missing values are treated; if there are none, how missing labels are; undefined if nothing is missing.
 */
function draftMissing(contents: readonly Content[]) {
  const arrays = contents.flatMap((content) => (isTable(content) ? [] : [content]))
  if (arrays.some(({ values }) => values.some(Number.isNaN)))
    return { policy: 'median', why: 'some values are missing; they are filled' } as const
  if (arrays.some(({ labels }) => labels?.columns.some((column) => countMissingCells(column) > 0)))
    return { policy: 'drop-row', why: 'rows without a label are left out' } as const
  return undefined
}

/** The labels' file by the naming of MNIST: `…-labels-idx1-ubyte` belongs to `…-images-idx3-ubyte`. */
function siblingOf(path: string): string | undefined {
  const sibling = path.replace(/images([.-])idx\d/, 'labels$1idx1')
  return sibling === path ? undefined : sibling
}

/** The test file by the naming of the UCR/UEA archive: `NAME_TEST.ts` lies beside `NAME_TRAIN.ts`. */
function testBeside(path: string): string | undefined {
  const test = path.replace(/_TRAIN(\.ts(\.gz)?)$/, '_TEST$1')
  return test !== path && existsSync(test) ? test : undefined
}
