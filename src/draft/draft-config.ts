import { basename } from 'node:path'
import { Document, isMap, isNode, isSeq } from 'yaml'
import { forecastRivalNames, trialRivalNames } from '../config/trial-rival-schema.js'
import { draftData } from './draft-data.js'
import { draftSpace } from './draft-space.js'
import type { Choice, Chosen, DataSection, DraftOptions } from './types.js'

/** A configuration that was drafted from a data file: its text, and the choices made. */
export interface Draft {
  readonly name: string
  /**
   * The configuration as YAML, with a comment beside each choice that gives the reason. `place` turns a path
   * into one that is relative to the document.
   */
  readonly text: (place?: (path: string) => string) => string
  /** The choices and their reasons, in the order of the document. */
  readonly choices: readonly Chosen[]
}

/**
 * Drafts a configuration for a data file, or a folder of images, that has none yet: which columns it has, the
 * task and the search space. Keys that it leaves out have defaults that suit the data (schedule `auto`, a
 * tolerance of 1 %, lengths by rows). Throws an InputError if the file does not tell enough.
 */
export async function draftConfig(path: string, options: DraftOptions): Promise<Draft> {
  const data = await draftData(path, options)
  const supernet = draftSpace(data)
  const name = nameOf(path)
  const { objective, classes, retrain } = data
  const { plugins = [] } = options
  const sections = {
    data: data.section,
    split: data.split,
    objective,
    classes,
    supernet: supernet.section,
    retrain,
  }
  const choices = [...data.choices, ...supernet.choices].map((choice) => ({
    ...choice,
    value: valueAt(sections, choice.key),
  }))
  const text: Draft['text'] = (place = (at) => at) =>
    commented(path, choices, {
      name,
      seed: options.seed ?? 0,
      ...(plugins.length > 0 && { plugins: plugins.map(place) }),
      data: {
        ...placed(data.section, place),
        ...(options.unlabelled !== undefined && { unlabelled: place(options.unlabelled) }),
        ...(options.teacher !== undefined && { teacher: place(options.teacher) }),
      },
      split: data.split,
      objective,
      classes,
      supernet: supernet.section,
      schedule: 'auto',
      retrain,
      rivals: trialRivalNames.filter((each) => data.kind === 'series' || !forecastRivalNames.includes(each)),
    })
  return { name, text, choices }
}

const valueAt = (value: unknown, key: readonly string[]): unknown =>
  key.reduce((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], value)

/** The data section with its paths made relative to the document. Files come first. */
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

/** The text of a configuration with comments: which file it was made from, and the reason of each choice. */
function commented(path: string, choices: readonly Choice[], config: object): string {
  const document = new Document(config)
  document.commentBefore = ` Made from ${basename(path)}. To change something, edit this file and search again:\n sentei search THIS-FILE --out NEW-FOLDER\n Every key: docs/configuration.md; a run's config.json lists all values.`
  comment(document, ['schedule'], 'the smallest network whose error is within 1 % of the unpruned one’s')
  comment(document, ['rivals'], 'simple models to show beside the network; [] for none')
  for (const { key, why } of choices) comment(document, key, why)
  return `${document.toString({ lineWidth: 0 }).trimEnd()}\n`
}

/**
 * Adds the reason of a choice as a comment to its value. Maps and lists become one line, so that it fits
 * beside them.
 */
function comment(document: Document, key: readonly string[], why: string): void {
  const node = document.getIn(key, true)
  if (!isNode(node)) return
  if (isMap(node) || isSeq(node)) node.flow = true
  node.comment = ` ${why}`
}

/** The name of a file as a name that a folder can have. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/(\.[a-z0-9]+)?(\.gz)?$/i, '')
    .replace(/[^\w.-]+/g, '-') || 'data'
