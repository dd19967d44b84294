import type { TSchema } from '@sinclair/typebox'
import { ConfigSchema } from './config-schema.js'
import { ScheduleSchema } from './schedule-schema.js'

/** The kinds of document that users write. */
export type SchemaKind = 'config' | 'schedule'

const schemas: Record<SchemaKind, { schema: TSchema; title: string }> = {
  config: { schema: ConfigSchema, title: 'Sentei configuration' },
  schedule: { schema: ScheduleSchema, title: 'Sentei schedule' },
}

/** Every kind, in the order in which the build writes their schemas into `schemas/`. */
export const schemaKinds = Object.keys(schemas) as readonly SchemaKind[]

/** The JSON Schema (draft 7) of a kind of document, for editors to check and complete as one types. */
export function jsonSchema(kind: SchemaKind): Record<string, unknown> {
  return editorSchema(schemas[kind].schema, schemas[kind].title)
}

/** Any schema of this project as a plain JSON Schema document. */
export function editorSchema(schema: TSchema, title: string): Record<string, unknown> {
  const plain = JSON.parse(JSON.stringify(schema)) as Record<string, unknown>
  delete plain.$id
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...plain }
}
