import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeAtomic } from '../base/files.js'
import { draftConfig } from '../draft/draft-config.js'
import type { DraftOptions } from '../draft/types.js'
import type { Extensions } from '../setup/setup-trial.js'
import type { Arguments } from './command.js'
import { integer, text } from './options.js'
import { namedIn } from './plugins.js'

/** A configuration that was drafted for data, and the folder of its run. */
export interface DraftedFile {
  /** The path of the configuration, beside the run's folder. */
  readonly path: string
  readonly into: string
  /** The choices, one per line. */
  readonly lines: readonly string[]
}

/**
 * Drafts a configuration for data, which may be read by a reader of a plugin, and writes it beside the folder that
 * the run will have.
 */
export async function draftFor(
  data: string,
  args: Arguments,
  out: string | undefined,
  { readers }: Extensions,
): Promise<DraftedFile> {
  const options = { ...draftOptionsIn(args), plugins: namedIn(args), ...(readers && { readers }) }
  const { name, choices, text: documentText } = await draftConfig(data, options)
  const textIn = (folder: string) => documentText((at) => relative(folder, at))
  const into = out ?? freeFolder(join('runs', `${name}-seed${options.seed ?? 0}`), textIn('runs'))
  const path = `${into}.yaml`
  const folder = dirname(path)
  const document = textIn(folder)
  if (!isFree(path, document))
    throw new InputError(
      `${path}: expected no file, because the configuration is written there; search with it ("sentei search ${path}"), remove it, or give another --out`,
    )
  mkdirSync(folder, { recursive: true })
  writeAtomic(path, document)
  const lines = choices.map(({ key, value, why }) => `chosen   ${key.join('.')}: ${shown(value)}${why}`)
  return { path, into, lines }
}

function draftOptionsIn(args: Arguments): DraftOptions {
  const target = text(args, 'target')
  const drop = text(args, 'drop')
  const task = text(args, 'task')
  if (task !== undefined && task !== 'classification' && task !== 'regression')
    throw new InputError(`--task: expected classification or regression, got ${task}`)
  const numbers = {
    horizon: integer(args, 'horizon', 1),
    window: integer(args, 'window', 1),
    seed: integer(args, 'seed', 0),
  }
  const { horizon, window, seed } = numbers
  if (window !== undefined && horizon === undefined)
    throw new InputError(
      '--window: expected --horizon as well, the number of steps to forecast ahead, got none',
    )
  const seriesBy = text(args, 'series-by')
  const timeColumn = text(args, 'time-column')
  const named = seriesBy === undefined ? timeColumn && '--time-column' : '--series-by'
  if (named && horizon === undefined)
    throw new InputError(
      `${named}: expected --horizon as well, the number of steps to forecast ahead, got none`,
    )
  return {
    target,
    task,
    drop,
    unlabelled: text(args, 'unlabelled'),
    teacher: text(args, 'teacher'),
    horizon,
    window,
    seriesBy,
    timeColumn,
    seed,
  }
}

/** A value before its reason. Lists and objects are not shown, because their reasons name what they hold. */
function shown(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return ''
  const text = String(value)
  return `${/^[\w.-]+$/.test(text) ? text : JSON.stringify(text)}; `
}

/** Whether there is no file, or one with just this text, as a search that did not begin leaves it. */
const isFree = (path: string, document: string): boolean =>
  !existsSync(path) || readFileSync(path, 'utf8') === document

/** The folder itself or, if it is taken, the next free one with a number after its name. */
function freeFolder(folder: string, document: string): string {
  const free = (at: string) =>
    isFree(`${at}.yaml`, document) && (!existsSync(at) || readdirSync(at).length === 0)
  for (let n = 1; ; n++) {
    const at = n === 1 ? folder : `${folder}-${n}`
    if (free(at)) return at
  }
}
