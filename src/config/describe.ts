/** The part of JSON Schema that this project uses, as data. */
export interface SchemaNode {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly oneOf?: readonly SchemaNode[]
  readonly items?: SchemaNode | readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** The branches of a union; undefined if a schema is not a union. */
export const branches = (schema: SchemaNode): readonly SchemaNode[] | undefined =>
  schema.anyOf ?? schema.oneOf

/** The fixed values that a schema allows; undefined if it allows others. */
export function choices(schema: SchemaNode): readonly unknown[] | undefined {
  if (schema.const !== undefined) return [schema.const]
  if (schema.enum !== undefined) return schema.enum
  const each = branches(schema)?.map(choices)
  return each?.every((values) => values !== undefined) === true ? each.flat() : undefined
}

/** Describes what a schema expects: `integer ≥ 1`, `one of wasm, cpu`, `string or array of string`. */
export function describe(schema: SchemaNode): string {
  const fixed = choices(schema)
  if (fixed !== undefined)
    return fixed.length === 1 ? JSON.stringify(fixed[0]) : `one of ${fixed.map(shown).join(', ')}`
  const union = branches(schema)
  if (union !== undefined) return alternatives(union.map(describe))
  if (Array.isArray(schema.type)) return alternatives(schema.type)
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${bounds(schema)}`
  if (schema.type === 'string') return `string${stringRule(schema)}`
  if (schema.type === 'array') return arrayOf(schema)
  return typeof schema.type === 'string' ? schema.type : 'a value'
}

/** Quotes short values such as punctuation, which are hard to see among commas. */
const shown = (value: unknown): string =>
  typeof value === 'string' && !/\w\w/.test(value) ? JSON.stringify(value) : String(value)

/** Joins words as `a, b or c`, without duplicates. */
export function alternatives(words: readonly string[]): string {
  const unique = [...new Set(words)]
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)!}`
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const parts = [
    minimum !== undefined && `≥ ${minimum}`,
    exclusiveMinimum !== undefined && `> ${exclusiveMinimum}`,
    maximum !== undefined && `≤ ${maximum}`,
    exclusiveMaximum !== undefined && `< ${exclusiveMaximum}`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? ` ${parts.join(' and ')}` : ''
}

function stringRule({ pattern, minLength = 0, maxLength }: SchemaNode): string {
  if (pattern !== undefined) return ` matching ${pattern}`
  if (maxLength !== undefined && maxLength === minLength) {
    return ` of ${maxLength} ${maxLength === 1 ? 'character' : 'characters'}`
  }
  if (maxLength !== undefined) return ` of ${minLength} to ${maxLength} characters`
  if (minLength === 1) return ' that is not empty'
  return minLength > 1 ? ` of at least ${minLength} characters` : ''
}

function arrayOf({ items, minItems = 0, maxItems = Infinity }: SchemaNode): string {
  if (Array.isArray(items)) return `array [${(items as SchemaNode[]).map(describe).join(', ')}]`
  const each = items as SchemaNode | undefined
  const of = each === undefined || Object.keys(each).length === 0 ? '' : ` of ${describe(each)}`
  const count = (n: number) => `${n} ${n === 1 ? 'item' : 'items'}`
  if (minItems === maxItems) return `array${of} with ${count(minItems)}`
  if (maxItems < Infinity) return `array${of} with ${minItems} to ${count(maxItems)}`
  return minItems > 0 ? `array${of} with at least ${count(minItems)}` : `array${of}`
}
