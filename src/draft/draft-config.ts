import { basename } from 'node:path'
import { Document, isMap, isNode, isSeq } from 'yaml'
import { draftData } from './draft-data.js'
import { draftSpace } from './draft-space.js'
import type { Choice, DataSection, DraftOptions } from './types.js'

/** A configuration that was made from a file: its text, and what was chosen. */
export interface Draft {
  readonly name: string
  /** YAML, with the reason beside each choice. `place` says where a path stands as seen from the document. */
  readonly text: (place?: (path: string) => string) => string
  /** What was chosen, and why, in the order of the document. */
  readonly choices: readonly Choice[]
}

/**
 * A configuration for a file that is not known, or a folder of images: what its columns are, the task, the space. All that
 * is left out has a default that suits the data (schedule `auto`, a tolerance of 1 %, lengths by rows). Throws InputError
 * where the file does not tell enough.
 */
export async function draftConfig(path: string, options: DraftOptions): Promise<Draft> {
  const data = await draftData(path, options)
  const supernet = draftSpace(data)
  const name = nameOf(path)
  const choices = [...data.choices, ...supernet.choices]
  const text: Draft['text'] = (place = (at) => at) =>
    commented(path, choices, {
      name,
      seed: options.seed ?? 0,
      data: placed(data.section, place),
      supernet: supernet.section,
      schedule: 'auto',
    })
  return { name, text, choices }
}

/** The data with its paths as seen from the document, the files first. */
function placed(
  { file, targetFile, test, ...section }: DataSection,
  place: (path: string) => string,
): object {
  return {
    file: place(file as string),
    ...(targetFile !== undefined && { targetFile: place(targetFile as string) }),
    ...(test && { test: { file: place(test.file as string) } }),
    ...section,
  }
}

/** The text of a configuration, with where it is from and the reasons of what was chosen. */
function commented(path: string, choices: readonly Choice[], config: object): string {
  const document = new Document(config)
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
