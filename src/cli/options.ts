import { InputError, expected } from '../base/errors.js'
import { files, type Arguments, type Parameter } from './command.js'
import { names } from './names.js'

/** Options that every command accepts. The parser itself implements the last two. */
export const common: Readonly<Record<'verbose' | 'help' | 'version', Parameter>> = {
  verbose: { type: 'boolean', default: false, describe: 'when something fails, show the stack trace' },
  help: { type: 'boolean', describe: 'show this help' },
  version: { type: 'boolean', describe: 'show the version' },
}

/** Options that several commands share. */
export const json: Parameter = {
  type: 'boolean',
  default: false,
  describe: 'print one JSON object on stdout',
}
export const quiet: Parameter = { type: 'boolean', default: false, describe: 'show no progress' }
export const seed: Parameter = {
  type: 'string',
  requiresArg: true,
  describe: 'the seed of all random numbers, instead of the configuration’s',
}
export const set: Parameter = {
  type: 'string',
  array: true,
  requiresArg: true,
  describe: 'path=value …: change single settings, for example search.epochs=10',
}
export const workers: Parameter = {
  type: 'string',
  requiresArg: true,
  describe: 'the number of threads that compute a batch, including the main thread; 1 by default',
}
export const strict: Parameter = {
  type: 'boolean',
  default: false,
  describe: 'images: refuse a folder with a broken file, instead of leaving few of them out',
}
export const out = (describe: string): Parameter => ({
  type: 'string',
  requiresArg: true,
  suggest: [files],
  describe,
})

export const backend: Parameter = {
  type: 'string',
  requiresArg: true,
  suggest: names.backends,
  describe: 'what computes: wasm, cpu, webgpu or tensorflow',
}

/** A positional that is a path, with files suggested. */
export const path = (describe: string): Parameter => ({ type: 'string', suggest: [files], describe })

/** An argument as text; undefined if it was not given. */
export const text = (args: Arguments, name: string): string | undefined => {
  const value = args[name]
  if (value === undefined) return undefined
  // An option that is given twice is an array, of which the last value counts.
  const argument = String(Array.isArray(value) ? value.at(-1) : value)
  // As a path, an empty text would mean the working folder, which is never intended.
  if (argument === '') throw new InputError(`${name}: expected a value, got ""`)
  return argument
}

/** An argument that must be there; yargs has verified it. */
export const required = (args: Arguments, name: string): string => text(args, name)!

/** The `--set` options. */
export const settings = (args: Arguments): string[] => ((args.set as string[] | undefined) ?? []).map(String)

/** `--strict` as a setting of the configuration. */
export const strictSettings = (args: Arguments): string[] => (args.strict ? ['data.broken=refuse'] : [])

/** The value of an option as a whole number of at least `least`; undefined if it was not given. */
export function integer(args: Arguments, name: string, least: number): number | undefined {
  const value = text(args, name)
  if (value === undefined) return undefined
  if (!/^\d+$/.test(value) || Number(value) < least || !Number.isSafeInteger(Number(value)))
    throw expected(`--${name}`, `integer ≥ ${least}`, value)
  return Number(value)
}

/** The value of an option as a number of at least `least`; undefined if it was not given. */
export function number(args: Arguments, name: string, least: number): number | undefined {
  const value = text(args, name)
  if (value === undefined) return undefined
  if (value.trim() === '' || !Number.isFinite(Number(value)) || Number(value) < least)
    throw expected(`--${name}`, `number ≥ ${least}`, value)
  return Number(value)
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** The value of `--time` in seconds: `90s`, `10m`, `1.5h`. */
export function timeLimit(args: Arguments): number | undefined {
  const value = text(args, 'time')
  if (value === undefined) return undefined
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(value.trim()) ?? []
  const seconds = Number(amount) * unitSeconds[unit || 's']!
  if (!(seconds > 0)) throw expected('--time', 'a time above 0, such as 90s, 10m or 2h', value)
  return seconds
}

/** The option for a size of a run's menu. */
export const menu: Parameter = {
  type: 'string',
  requiresArg: true,
  describe: 'take what the search kept at this size of its menu',
}

/** `--tolerance` as a setting of the configuration, which validates it. */
export function toleranceSettings(args: Arguments): string[] {
  const given = text(args, 'tolerance')
  return given === undefined ? [] : [`budget.tolerance=${given}`]
}

/**
 * `--menu` as settings of the configuration: shares below 1, or amounts in the metric's unit. The smallest
 * becomes the budget, the others its menu.
 */
export function menuSettings(args: Arguments): string[] {
  const given = text(args, 'menu')
  if (given === undefined) return []
  const sizes = given.split(',').map(Number)
  const shares = sizes.every((size) => size > 0 && size < 1)
  if (!shares && !sizes.every((size) => size >= 1))
    throw expected('--menu', 'shares between 0 and 1, or amounts of at least 1, such as 0.5,0.25,0.1', given)
  const [last, ...larger] = [...sizes].sort((a, b) => a - b)
  return [
    `budget.${shares ? 'share' : 'value'}=${last}`,
    ...(larger.length > 0 ? [`budget.menu=[${larger.join(', ')}]`] : []),
  ]
}

/** The option that names files of one's own parts, for commands that only read what somebody names. */
const plugin: Parameter = {
  type: 'string',
  requiresArg: true,
  suggest: [files],
  describe: 'a module with spaces, operations, terms, … of your own; it may be given several times',
}

/** The options of commands that need the parts of a configuration. */
export const pluginOptions: Readonly<Record<string, Parameter>> = { plugin }

/** The options of commands that go on from a run, which names what it was made with. */
export const runPluginOptions: Readonly<Record<string, Parameter>> = {
  plugin,
  'plugin-changed': {
    type: 'boolean',
    default: false,
    describe: 'continue although the run was made with another version of a plugin',
  },
}
