import { basename } from 'node:path'
import { Document, isMap, isNode, isSeq } from 'yaml'
import { draftData } from './draft-data.js'
import type { Choice, DraftedData, DraftOptions } from './types.js'

/** A configuration that was made from a file: its text, and what was chosen. */
export interface Draft {
  readonly name: string
  /** YAML, with the reason beside each choice. `place` says where a path stands as seen from the document. */
  readonly text: (place?: (path: string) => string) => string
  /** What was chosen, and why, in the order of the document. */
  readonly choices: readonly Choice[]
}

/** Sides that the cells of a first search see: larger ones take longer, in proportion to their area. */
const usualSide = 16

/**
 * A configuration for a file that is not known, or a folder of images: what its columns are, the task, the space. All that
 * is left out has a default that suits the data (schedule `auto`, a tolerance of 1 %, lengths by rows). Throws InputError where the file does
 * not tell enough.
 */
export async function draftConfig(path: string, options: DraftOptions): Promise<Draft> {
  const data = await draftData(path, options)
  const supernet = draftSpace(data)
  const name = nameOf(path)
  const choices = [...data.choices, ...supernet.choices]
  const text = (place = (at: string) => at): string =>
    documentText(path, name, options, data, supernet, choices, place)
  return { name, text, choices }
}

/** The document with its comments. */
function documentText(
  path: string,
  name: string,
  options: DraftOptions,
  data: DraftedData,
  supernet: ReturnType<typeof draftSpace>,
  choices: readonly Choice[],
  place: (path: string) => string,
): string {
  const { file, targetFile, test, ...section } = data.section
  const document = new Document({
    name,
    seed: options.seed ?? 0,
    data: {
      file: place(file as string),
      ...(targetFile !== undefined && { targetFile: place(targetFile as string) }),
      ...(test && { test: { file: place(test.file as string) } }),
      ...section,
    },
    supernet: supernet.section,
    schedule: 'auto',
  })
  document.commentBefore = ` Made from ${basename(path)}. Change what is wrong and search again with this file.\n Every key: docs/configuration.md; a run's config.json lists all values.`
  comment(document, ['schedule'], 'the smallest network whose error is within 1 % of the whole one’s')
  for (const { key, why } of choices) comment(document, key, why)
  return `${document.toString({ lineWidth: 0 }).trimEnd()}\n`
}

/** Puts a reason beside a value; above it, where the value has lines of its own. */
function comment(document: Document, key: readonly string[], why: string): void {
  const node = document.getIn(key, true)
  if (!isNode(node)) return
  if (isMap(node) || isSeq(node)) node.flow = true
  node.comment = ` ${why}`
}

/** A name that a folder may have. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/(\.[a-z0-9]+)?(\.gz)?$/i, '')
    .replace(/[^\w.-]+/g, '-') || 'data'

/** The space of a kind of data. */
export function draftSpace({ kind, shape }: Pick<DraftedData, 'kind' | 'shape'>): {
  readonly section: { readonly space: string; readonly options?: Readonly<Record<string, number>> }
  readonly choices: readonly Choice[]
} {
  const why = (text: string): Choice => ({ key: ['supernet', 'space'], why: text })
  if (kind === 'table')
    return {
      section: { space: 'mlp-cell' },
      choices: [why('dense blocks for tables: which blocks, shortcuts, units, activations')],
    }
  if (kind === 'series')
    return {
      section: { space: 'autoencoder-mlp' },
      choices: [why('dense layers over the window: how many units in each')],
    }
  if (kind === 'sequences')
    return {
      section: { space: 'temporal-conv' },
      choices: [why('convolutions over time: which windows, dilations, layers')],
    }
  const side = Math.max(...shape!.slice(0, 2))
  const halvings = Math.max(0, Math.ceil(Math.log2(side / usualSide)))
  return {
    section: { space: 'darts-cell', ...(halvings > 0 && { options: { halvings } }) },
    choices: [
      why('cells for images: which operation on which edge'),
      ...(halvings > 0
        ? [
            {
              key: ['supernet', 'options', 'halvings'],
              why: `the first layer halves the images so often, for cells of ${Math.ceil(side / 2 ** halvings)} pixels; one less takes four times as long`,
            },
          ]
        : []),
    ],
  }
}
