import type { ErrorObject } from 'ajv'
import { expected } from '../base/errors.js'
import { branches, choices, describe, type SchemaNode } from './describe.js'
import { movedKeys } from './moved-keys.js'
import { didYouMean, nearest } from '../base/suggest.js'

/** A problem of a document: its path (keys and indices from the root), and what is wrong. */
export interface Problem {
  readonly path: readonly string[]
  /** The message that follows the path: `expected integer ≥ 1, got 0`. */
  readonly text: string
}

/** Validates a value against a schema and returns the errors of ajv (all of them, verbose). */
export type SchemaCheck = (schema: SchemaNode, value: unknown) => readonly ErrorObject[]

/**
 * Finds the problems of a value, one per path, in the order of the schema. If a union does not match, the
 * problems are those of the branch that was probably meant.
 */
export function findProblems(check: SchemaCheck, schema: SchemaNode, value: unknown): Problem[] {
  const errors = check(schema, value)
  const unions = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf')
  const inUnion = (error: ErrorObject) =>
    unions.some(
      (union) =>
        union !== error &&
        isAtOrBelow(error.instancePath, union.instancePath) &&
        error.schemaPath.length > union.schemaPath.length,
    )
  const problems = errors
    .filter((error) => error.keyword !== 'if' && !inUnion(error))
    .flatMap((error) => (unions.includes(error) ? unionProblems(check, error) : [problemOf(error)]))
  const seen = new Set<string>()
  return problems.filter(({ path }) => !seen.has(path.join('\0')) && seen.add(path.join('\0')))
}

const isAtOrBelow = (path: string, ancestor: string) => path === ancestor || path.startsWith(`${ancestor}/`)

function problemOf(error: ErrorObject): Problem {
  const path = segments(error.instancePath)
  const schema = (error.parentSchema ?? {}) as SchemaNode
  const known = Object.keys(schema.properties ?? {})
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>
  if (missingProperty !== undefined) {
    const wanted = schema.properties?.[missingProperty] ?? {}
    return { path: [...path, missingProperty], text: mismatch(describe(wanted), undefined) }
  }
  if (additionalProperty !== undefined) return unknownKey(path, additionalProperty, known)
  if (error.keyword === 'propertyNames' || error.keyword === 'uniqueItems') {
    return { path, text: error.message ?? error.keyword }
  }
  return mismatchOf(path, schema, error.data)
}

function unknownKey(path: readonly string[], key: string, known: readonly string[]): Problem {
  const moved = movedKeys[[...path, key].join('.')]
  if (moved !== undefined) return { path: [...path, key], text: moved }
  const match = nearest(key, known)
  const help = match === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${match}"?`
  return { path: [...path, key], text: `unknown key${known.length === 0 ? '' : `, ${help}`}` }
}

function mismatchOf(path: readonly string[], schema: SchemaNode, value: unknown): Problem {
  const fixed = choices(schema) ?? []
  const hint = fixed.length > 1 ? didYouMean(value, fixed) : ''
  return { path, text: `${mismatch(describe(schema), value)}${hint}` }
}

const mismatch = (what: string, got: unknown) => expected('', what, got).message.slice(2)

function unionProblems(check: SchemaCheck, error: ErrorObject): Problem[] {
  const path = segments(error.instancePath)
  const schema = (error.parentSchema ?? {}) as SchemaNode
  const sameType = (branches(schema) ?? []).filter((branch) => hasType(branch, error.data))
  const tags = tagsOf(sameType)
  const meant = sameType.filter((branch) => tags.every((tag) => matchesTag(branch, tag, error.data)))
  if (meant.length === 0 && sameType.length > 0) return [wrongTag(path, tags, sameType, error.data)]
  if (meant.length === 0 || choices(schema) !== undefined) return [mismatchOf(path, schema, error.data)]
  const nested = meant.map((branch) => findProblems(check, branch, error.data))
  const fewest = nested.reduce((best, each) => (each.length < best.length ? each : best))
  return fewest.map((problem) => ({ ...problem, path: [...path, ...problem.path] }))
}

function hasType(schema: SchemaNode, value: unknown): boolean {
  const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const wanted = schema.type ?? (schema.properties === undefined ? type : 'object')
  const types = typeof wanted === 'string' ? [wanted] : wanted
  return types.includes(type) || (type === 'number' && types.includes('integer'))
}

/** The keys that tell the branches of a union of objects apart: those with fixed values in all branches. */
function tagsOf(union: readonly SchemaNode[]): string[] {
  if (union.length < 2) return []
  return Object.keys(union[0]!.properties ?? {}).filter((key) =>
    union.every(
      (branch) => branch.properties?.[key] !== undefined && choices(branch.properties[key]) !== undefined,
    ),
  )
}

const matchesTag = (branch: SchemaNode, tag: string, value: unknown) =>
  choices(branch.properties![tag]!)!.includes((value as Record<string, unknown>)[tag])

function wrongTag(
  path: readonly string[],
  tags: readonly string[],
  union: readonly SchemaNode[],
  value: unknown,
): Problem {
  const tag = tags.find((each) => !union.some((branch) => matchesTag(branch, each, value))) ?? tags[0]!
  const allowed = [...new Set(union.flatMap((branch) => choices(branch.properties![tag]!)!))]
  return mismatchOf([...path, tag], { enum: allowed }, (value as Record<string, unknown>)[tag])
}

/** The keys of a JSON pointer, unescaped. */
function segments(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
