import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Arguments, Parameter } from './command.js'
import { text } from './options.js'

/** The option of every command that writes a file or folder which may exist. */
export const force: Parameter = {
  type: 'boolean',
  default: false,
  describe: 'overwrite what stands at --out',
}

/** What a command reads, and what it writes. */
export interface Places {
  /** Files and folders that the command reads: never written over, not with `--force` either. */
  readonly inputs?: readonly (string | undefined)[]
  /** Files that it writes in the folder `--out`; without them `--out` is a file. */
  readonly files?: readonly string[]
}

/**
 * Where a command writes: `--out`, or what it is by default. Throws an InputError where something stands there and
 * `--force` does not say that it may go, and where it is something that the command reads, or no file at all.
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
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && !found.isFile())
      throw new InputError(`${path}: expected a file, got ${found.isDirectory() ? 'a folder' : 'a device'}`)
    if (found && !forced) throw exists(path, 'exists already')
  }
  return out
}

const exists = (path: string, what: string): InputError =>
  new InputError(`${path}: it ${what}; choose another --out, or overwrite it with --force`)

/** Is a path an input, or a file that stands inside of one? */
function isPartOf(path: string, input: string): boolean {
  if (!existsSync(input)) return realPath(path) === realPath(input)
  const [own, read] = [realPath(path), realPath(input)]
  if (own === read || (existsSync(path) && own.startsWith(`${read}${sep}`))) return true
  if (!existsSync(path)) return false
  // Two names of one file.
  const [a, b] = [statSync(path), statSync(input)]
  return a.isFile() && a.ino === b.ino && a.dev === b.dev
}

/** A path without links, as far as it exists. */
function realPath(path: string): string {
  const whole = resolve(path)
  if (existsSync(whole) || whole === dirname(whole)) return realpathSync(whole)
  return join(realPath(dirname(whole)), basename(whole))
}
