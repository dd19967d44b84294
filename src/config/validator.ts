import type { Static, TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import { InputError } from '../base/errors.js'
import type { SchemaNode } from './describe.js'
import { findProblems, type SchemaCheck, type Problem } from './problems.js'

/** Gives the place of a value in a file (`my.yaml:12`), by its keys and indices from the root. */
export type Locate = (path: readonly string[]) => string | undefined

const ajv = new Ajv({ useDefaults: true, allErrors: true, verbose: true, strict: false })

const check: SchemaCheck = (schema, value) => {
  const validator = ajv.compile(schema)
  return validator(value) ? [] : [...(validator.errors ?? [])]
}

/**
 * Validates a document against its schema and returns a deep copy with the defaults filled in (not within the
 * branches of a union, where JSON Schema has none). Every path in errors begins with `label`:
 * `config.search.epochs`. Throws an InputError with one line for each problem.
 */
export function validate<T extends TSchema>(
  schema: T,
  value: unknown,
  label: string,
  locate?: Locate,
): Static<T> {
  const copy: unknown = value === undefined ? {} : copyOf(value, label)
  requireValid(schema, copy, label, locate)
  return copy
}

/** Throws an InputError with one line for each problem of a value. Fills in defaults in place. */
export function requireValid(schema: TSchema, value: unknown, label: string, locate?: Locate): void {
  throwProblems(findProblems(check, schema as SchemaNode, value), label, locate)
}

/**
 * A deep copy by way of JSON, because documents have no undefined and no functions. Throws for cyclic values.
 */
function copyOf(value: unknown, label: string): unknown {
  try {
    return JSON.parse(JSON.stringify(value))
  } catch {
    throw new InputError(`${label}: expected a document that ends, got one that refers to itself`)
  }
}

/** Throws an InputError that lists all problems, one per line, if there are any. */
export function throwProblems(problems: readonly Problem[], label: string, locate?: Locate): void {
  if (problems.length === 0) return
  const lines = problems.map(({ path, text }) => {
    const place = locate?.(path)
    return `${[label, ...path].join('.')}: ${text}${place === undefined ? '' : ` (${place})`}`
  })
  throw new InputError(lines.join('\n'))
}
