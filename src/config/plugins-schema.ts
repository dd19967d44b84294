import { Type, type Static } from '@sinclair/typebox'
import { object } from './schema-parts.js'

/** A plugin that a run was made with: which file it was, by content, and which parts it has. */
const PluginNeed = object({
  name: Type.String({ minLength: 1, description: 'the name of the file' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of its content' }),
  parts: Type.Array(Type.String(), { description: 'what it has: term rareness, space pyramid' }),
})

/** Paths of files to load, as a user writes them, or what a run says that it needs. */
export const PluginsSchema = Type.Array(Type.Union([Type.String({ minLength: 1 }), PluginNeed]), {
  description: 'files with your own spaces, operations, terms, …, relative to the config',
})

export type PluginNeed = Static<typeof PluginNeed>
