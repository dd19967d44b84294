import { expected, InputError } from '../base/errors.js'
import type { Term } from '../objective/terms/types.js'
import { planners as plannerRegistry, terms as termRegistry } from '../registry.js'
import type { AnyPlanner } from '../planners/types.js'
import { rules as ruleRegistry } from '../search/decide/rules/index.js'
import type { Rule } from '../search/decide/rules/types.js'
import { relaxations as registry } from '../supernet/relaxations/index.js'
import type { Relaxation } from '../supernet/relaxations/types.js'

/** The user's own parts in a call, by the name of the option. */
interface Parts {
  readonly terms: readonly Term[]
  readonly rules: readonly Rule[]
  readonly relaxations: readonly Relaxation[]
  readonly planners: readonly AnyPlanner[]
}

/** What a key must hold: as text, and as a test. */
export type KeyCheck = readonly [what: string, holds: (value: unknown) => boolean]

export const aFunction: KeyCheck = ['a function', (value) => typeof value === 'function']
const aBoolean: KeyCheck = ['true or false', (value) => typeof value === 'boolean']
const aName: KeyCheck = ['a name', (value) => typeof value === 'string' && value !== '']
const oneOf = (...names: string[]): KeyCheck => [
  `one of ${names.join(', ')}`,
  (value) => names.includes(value as string),
]

/** Throws if a user's own part lacks something, before a search begins that would need it. */
export function checkOwnParts({
  terms = [],
  rules = [],
  relaxations = [],
  planners = [],
}: Partial<Parts>): void {
  each('terms', terms, termRegistry, checkTerm)
  each('rules', rules, ruleRegistry, (rule, path) =>
    check(rule, path, {
      rank: aFunction,
      order: aFunction,
      measures: aBoolean,
      by: oneOf('projection', 'perturbation'),
    }),
  )
  each('relaxations', relaxations, Object.values<Relaxation>(registry), checkRelaxation)
  each('planners', planners, plannerRegistry, (planner, path) =>
    check(planner, path, {
      options: ['a JSON Schema of its options', (value) => typeof value === 'object' && value !== null],
      levers: aFunction,
      source: aFunction,
    }),
  )
}

/** Checks each part of an option, with its path in messages: `terms.0 (mine)`. Names must be unique. */
export function each<T extends { readonly name: string }>(
  option: string,
  parts: readonly T[],
  built: readonly { readonly name: string }[],
  look: (part: T, path: string) => void,
): void {
  if (!Array.isArray(parts)) throw expected(option, 'an array', parts)
  parts.forEach((part: T, i) => {
    if (typeof part !== 'object' || part === null) throw expected(`${option}.${i}`, 'an object', part)
    check(part, `${option}.${i}`, { name: aName })
    look(part, `${option}.${i} (${part.name})`)
  })
  const names = [...built, ...(parts as readonly T[])].map(({ name }) => name)
  const taken = names.find((name, i) => names.indexOf(name) < i)
  if (taken !== undefined)
    throw new InputError(`${option}: there are two of the name ${taken}; give yours another`)
}

/** Throws if a key of a part does not hold what it must. */
export function check(part: object, path: string, checks: Readonly<Record<string, KeyCheck>>): void {
  for (const [key, [what, holds]] of Object.entries(checks)) {
    const value = (part as Readonly<Record<string, unknown>>)[key]
    if (!holds(value)) throw expected(`${path}.${key}`, what, value)
  }
}

function checkTerm({ weights, activations, gates }: Term, path: string): void {
  const actions = Object.entries({ weights, activations, gates }).filter(([, action]) => action !== undefined)
  if (actions.length === 0)
    throw new InputError(`${path}: expected weights, activations or gates, what it acts on, got none of them`)
  for (const [part, action] of actions) {
    if (typeof action !== 'object') throw expected(`${path}.${part}`, 'an object with value', action)
    check(action, `${path}.${part}`, { value: aFunction })
  }
  if (weights && !weights.form && !weights.gradient && !weights.proximal)
    throw new InputError(
      `${path}.weights: expected gradient or proximal beside value, for these move weights`,
    )
  if (gates?.selects !== undefined) check(gates, `${path}.gates`, { selects: oneOf('groups', 'members') })
}

function checkRelaxation(relaxation: Relaxation, path: string): void {
  check(relaxation, path, {
    step: oneOf('proximal', 'adam'),
    competes: aBoolean,
    initial: aFunction,
    weights: aFunction,
    slope: aFunction,
    travel: ['a number above 0', (value) => typeof value === 'number' && value > 0],
  })
  const { closed } = relaxation
  const origin = closed && Object.values<Relaxation>(registry).find((other) => other.closed === closed)
  if (origin && origin.weights !== relaxation.weights)
    throw new InputError(
      `${path}.closed: that of ${origin.name} is not the closed form of other weights; set it to undefined`,
    )
}
