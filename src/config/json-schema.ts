import type { TSchema } from '@sinclair/typebox'
import { ComparisonSchema } from './comparison-schema.js'
import { ConfigSchema } from './config-schema.js'
import { PlannedSchema, ScheduleSchema } from './schedule-schema.js'

/** The kinds of document that users write. */
export type SchemaKind = 'config' | 'schedule' | 'comparison'

const writers: Record<SchemaKind, () => Record<string, unknown>> = {
  config: () => editorSchema(ConfigSchema, 'Sentei configuration'),
  comparison: () => editorSchema(ComparisonSchema, 'Sentei comparison'),
  schedule: () => {
    const { $schema, title, ...expert } = editorSchema(ScheduleSchema, 'Sentei schedule')
    const { $schema: _, title: __, ...planned } = editorSchema(PlannedSchema, '')
    // The short form of a planned schedule is told by its planner, which is a name there.
    const short = { properties: { planner: { type: 'string' } }, required: ['planner'] }
    return { $schema, title, type: 'object', if: short, then: planned, else: expert }
  },
}

/** Every kind: the build writes the schema of each into `schemas/`. */
export const schemaKinds = Object.keys(writers) as readonly SchemaKind[]

/** The JSON Schema (draft 7) of a kind of document, for editors to check and complete as one types. */
export const jsonSchema = (kind: SchemaKind): Record<string, unknown> => writers[kind]()

/** Any schema of this project as a plain JSON Schema document: what has a default need not be there. */
export function editorSchema(schema: TSchema, title: string): Record<string, unknown> {
  const { $id: _, ...plain } = withoutDefaulted(JSON.parse(JSON.stringify(schema))) as Record<string, unknown>
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...plain }
}

/** A schema that requires no key with a default; the branches of a union stay, for there the program fills in none. */
function withoutDefaulted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutDefaulted)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => [
    key,
    key === 'anyOf' ? value : withoutDefaulted(value),
  ])
  const changed = Object.fromEntries(entries)
  const { required, properties } = changed as { required?: unknown; properties?: Record<string, object> }
  if (!Array.isArray(required) || !properties) return changed
  return { ...changed, required: required.filter((key: string) => !('default' in properties[key]!)) }
}
