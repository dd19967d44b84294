import { expected, InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { readers } from '../../data/readers/index.js'
import { spaces } from '../../registry.js'
import { operations } from '../../supernet/operations/index.js'
import { aFunction, check, checkOwnParts, each, type KeyCheck } from '../own-parts.js'
import type { Plugin } from './types.js'

/** The kinds of parts, each with what one of them is called. */
export const kinds: Readonly<Record<keyof Plugin, string>> = {
  spaces: 'space',
  operations: 'operation',
  terms: 'term',
  relaxations: 'relaxation',
  rules: 'rule',
  planners: 'planner',
  readers: 'reader',
}
const keys = Object.keys(kinds) as (keyof Plugin)[]

const orNothing = ([what, holds]: KeyCheck): KeyCheck => [
  `${what}, or none`,
  (value) => value === undefined || holds(value),
]
const anArray: KeyCheck = ['an array of numbers of axes: [1] for tables', Array.isArray]
const aSchema: KeyCheck = [
  'a JSON Schema of its options',
  (value) => typeof value === 'object' && value !== null,
]
const contents: KeyCheck = ['"table" or "arrays"', (value) => value === 'table' || value === 'arrays']

/** What a module exports as the parts of a plugin. `label` names it in errors. Throws an InputError. */
export function checkPlugin(value: unknown, label: string): Plugin {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw expected(
      label,
      `a default export that is an object of parts (${keys.join(', ')}), or a function that returns one`,
      typeof value === 'function' ? 'a function' : value,
    )
  const given = Object.keys(value)
  const unknown = given.find((key) => !(key in kinds))
  if (unknown !== undefined)
    throw new InputError(
      `${label}: expected exports among ${keys.join(', ')}, got ${unknown}${didYouMean(unknown, keys)}; what else a file exports goes beside a default export of its parts`,
    )
  const plugin = value as Plugin
  labelled(label, () => checkParts(plugin))
  if (keys.every((key) => (plugin[key] ?? []).length === 0))
    throw new InputError(`${label}: expected parts (${keys.join(', ')}), got none`)
  return plugin
}

/** Throws an InputError if a part lacks something, or has the name of another one. */
export function checkParts({
  spaces: ownSpaces = [],
  operations: ownOperations = [],
  readers: ownReaders = [],
  ...rest
}: Plugin): void {
  each('spaces', ownSpaces, spaces, (space, path) =>
    check(space, path, { ranks: anArray, options: aSchema, build: aFunction }),
  )
  each('operations', ownOperations, operations, (operation, path) =>
    check(operation, path, { build: orNothing(aFunction) }),
  )
  each('readers', ownReaders, readers, (reader, path) =>
    check(reader, path, { takes: aFunction, read: aFunction, gives: contents }),
  )
  checkOwnParts(rest)
}

/** Runs a check whose errors begin with a label. */
export function labelled<T>(label: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${label}: ${error.message}`)
    throw error
  }
}

/** What a plugin has, in words: `space pyramid`, `term rareness`. */
export const partsIn = (plugin: Plugin): string[] =>
  keys.flatMap((key) => (plugin[key] ?? []).map(({ name }) => `${kinds[key]} ${name}`))
