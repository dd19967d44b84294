import type { TSchema } from '@sinclair/typebox'
import { ComparisonSchema } from './comparison-schema.js'
import { ConfigSchema } from './config-schema.js'
import { PlannedSchema, ScheduleSchema } from './schedule-schema.js'

/** The kinds of documents that users write. */
export type SchemaKind = 'config' | 'schedule' | 'comparison'

const writers: Record<SchemaKind, () => Record<string, unknown>> = {
  config: () => editorSchema(ConfigSchema, 'Sentei configuration'),
  comparison: () => editorSchema(ComparisonSchema, 'Sentei comparison'),
  schedule: () => {
    const { $schema, title, ...expert } = editorSchema(ScheduleSchema, 'Sentei schedule')
    const { $schema: _, title: __, ...planned } = editorSchema(PlannedSchema, '')
    // The short form of a planned schedule is recognised by `planner`, which is a text there.
    const short = { properties: { planner: { type: 'string' } }, required: ['planner'] }
    return { $schema, title, type: 'object', if: short, then: planned, else: expert }
  },
}

/** All kinds. The build writes the schema of each into `schemas/`. */
export const schemaKinds = Object.keys(writers) as readonly SchemaKind[]

/** The JSON Schema (draft 7) of a kind of document, with which editors validate and complete it. */
export const jsonSchema = (kind: SchemaKind): Record<string, unknown> => writers[kind]()

/** A schema of this project as a plain JSON Schema document, in which keys with a default are optional. */
export function editorSchema(schema: TSchema, title: string): Record<string, unknown> {
  const { $id: _, ...plain } = withoutDefaulted(JSON.parse(JSON.stringify(schema))) as Record<string, unknown>
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...plain }
}

/**
 * Makes keys with a default optional. The branches of a union stay as they are, because no defaults are
 * filled in there.
 */
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
