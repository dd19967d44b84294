import { describe, type SchemaNode } from '../../src/config/describe.js'

interface Node extends SchemaNode {
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly items?: Node
  readonly properties?: Readonly<Record<string, Node>>
}

/** The keys of a schema as pages list them: path, what is allowed, default. `N` stands for an index. */
export function schemaRows(schema: object, prefix = ''): string[][] {
  const { properties = {}, required = [] } = schema as Node
  return Object.entries(properties).flatMap(([key, node]) => {
    const path = `${prefix}${key}`
    const none = required.includes(key) ? 'required' : '–'
    const value = node.default === undefined ? none : `\`${JSON.stringify(node.default)}\``
    return [
      [`\`${path}\``, describe(node), value],
      ...schemaRows(node, `${path}.`),
      ...schemaRows(node.items ?? {}, `${path}.N.`),
    ]
  })
}
