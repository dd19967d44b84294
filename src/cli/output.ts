import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Arguments, Parameter } from './command.js'
import { text } from './options.js'

/** The option of every command that writes a file or folder that may already exist. */
export const force: Parameter = {
  type: 'boolean',
  default: false,
  describe: 'overwrite what stands at --out',
}

/** What a command reads, and what it writes. */
export interface Places {
  /** Files and folders that the command reads. They are never overwritten, even with `--force`. */
  readonly inputs?: readonly (string | undefined)[]
  /** Files that it writes into the folder `--out`; without them, `--out` is a file. */
  readonly files?: readonly string[]
}

/**
 * The path to which a command writes: `--out` or its default. Throws an InputError if something exists there
 * without `--force`, if the command reads it, or if it is not a regular file.
 */
export function outputOf(args: Arguments, places?: Places): string | undefined
export function outputOf(args: Arguments, places: Places, otherwise: string): string
export function outputOf(
  args: Arguments,
  { inputs = [], files }: Places = {},
  otherwise?: string,
): string | undefined {
  const out = text(args, 'out') ?? otherwise
  if (out === undefined) return undefined
  const forced = Boolean(args.force)
  if (files && existsSync(out)) {
    if (!statSync(out).isDirectory())
      throw new InputError(`${out}: expected a folder, got a file; choose another --out`)
    if (!forced && readdirSync(out).length > 0) throw exists(out, 'is not empty')
  }
  for (const path of files ? files.map((name) => join(out, name)) : [out]) {
    const input = inputs.find((each) => each !== undefined && isPartOf(path, each))
    if (input !== undefined) throw new InputError(`${path}: the command reads ${input}; choose another --out`)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats && !stats.isFile())
      throw new InputError(`${path}: expected a file, got ${stats.isDirectory() ? 'a folder' : 'a device'}`)
    if (stats && !forced) throw exists(path, 'exists already')
  }
  return out
}

const exists = (path: string, what: string): InputError =>
  new InputError(`${path}: it ${what}; choose another --out, or overwrite it with --force`)

/** Whether a path is an input or lies inside one. */
function isPartOf(path: string, input: string): boolean {
  if (!existsSync(input)) return realPath(path) === realPath(input)
  const [target, read] = [realPath(path), realPath(input)]
  if (target === read || (existsSync(path) && target.startsWith(`${read}${sep}`))) return true
  if (!existsSync(path)) return false
  // Hard links to one file have different paths.
  const [a, b] = [statSync(path), statSync(input)]
  return a.isFile() && a.ino === b.ino && a.dev === b.dev
}

/** A path with symbolic links resolved, as far as it exists. */
function realPath(path: string): string {
  const whole = resolve(path)
  if (existsSync(whole) || whole === dirname(whole)) return realpathSync(whole)
  return join(realPath(dirname(whole)), basename(whole))
}
