// Writes schemas/ out of what was compiled: JSON Schemas of the documents that users write, for their editors.
import { mkdirSync, writeFileSync } from 'node:fs'
import { jsonSchema, schemaKinds } from '../dist/src/config/json-schema.js'

const folder = new URL('../schemas/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const kind of schemaKinds)
  writeFileSync(new URL(`${kind}.json`, folder), `${JSON.stringify(jsonSchema(kind), null, 2)}\n`)
