import { InputError } from '../../base/errors.js'
import type { PluginNeed } from '../../config/plugins-schema.js'
import type { PluginFile, Plugins } from './types.js'

/** What a document says of plugins: what it needs, or paths that nobody has loaded yet. */
type Stated = readonly (string | PluginNeed)[] | undefined

/**
 * A document that names the plugins of a call as what it needs, behind those that it names already. Throws an
 * InputError if one of these was not given.
 */
export function namingPlugins<D extends object>(
  document: D & { readonly plugins?: Stated },
  plugins: Plugins | undefined,
  label: string,
): D {
  requirePlugins(label, document.plugins, plugins)
  if (!plugins || plugins.files.length === 0) return document
  const { plugins: stated = [] } = document
  const isStated = ({ sha256 }: PluginFile) =>
    stated.some((each) => typeof each !== 'string' && each.sha256 === sha256)
  const more = plugins.files.filter((file) => !isStated(file))
  return { ...document, plugins: [...stated, ...more.map(needOf)] }
}

const needOf = ({ name, sha256, parts }: PluginFile): PluginNeed => ({ name, sha256, parts: [...parts] })

/** The options of a call that hold parts of its own, which are not those of its plugins. */
export const ownKeys = ({ plugins, ...parts }: { readonly plugins?: Plugins }): string[] =>
  Object.entries(parts as Readonly<Record<string, unknown>>).flatMap(([key, value]) => {
    const isOfPlugins = Array.isArray(value) && value.every((part) => plugins?.parts.has(part))
    return isOfPlugins ? [] : [key]
  })

/** A need and the other version that stands in for it. */
export interface PluginChange {
  readonly index: number
  readonly need: PluginNeed
  readonly by: PluginFile
}

/**
 * Throws an InputError unless the plugins that a document needs were given, with the same content, and tells
 * how to give them; nothing is loaded here. If other versions may stand in, it returns which do. `label` is
 * the run's folder, or the place in a configuration. With `kind`, only plugins with such a part are needed.
 */
export function requirePlugins(
  label: string,
  stated: Stated,
  plugins: Plugins | undefined,
  kind?: string,
): PluginChange[] {
  const files = plugins?.files ?? []
  const needs = (stated ?? []).map((need, index) => {
    if (typeof need !== 'string') return { need, index }
    throw new InputError(
      `${label}: expected no path in plugins, got ${JSON.stringify(need)}; a file is loaded only where a user names it: give --plugin FILE, or pass what loadPlugins returns`,
    )
  })
  const isOfKind = ({ parts }: PluginNeed) =>
    kind === undefined || parts.some((part) => part.startsWith(`${kind} `))
  const missing = needs.filter(
    ({ need }) => isOfKind(need) && !files.some(({ sha256 }) => sha256 === need.sha256),
  )
  const free = files.filter(({ sha256 }) => !needs.some(({ need }) => need.sha256 === sha256))
  return missing.map(({ need, index }) => {
    const by =
      free.find(({ name }) => name === need.name) ??
      (missing.length === 1 && free.length === 1 ? free[0] : undefined)
    if (by && plugins?.changed) return { index, need, by }
    throw new InputError(`${label}: ${missingText(need, by, free)}`)
  })
}

function missingText(
  { name, sha256, parts }: PluginNeed,
  other: PluginFile | undefined,
  free: readonly PluginFile[],
): string {
  const short = (hash: string) => `${hash.slice(0, 12)}…`
  const what = `expected --plugin FILE with sha256 ${short(sha256)} (${name}: ${parts.join(', ')})`
  if (other)
    return `${what}, got ${other.name} with sha256 ${short(other.sha256)}; bring back the file as it was, or accept this one with --plugin-changed`
  const got = free.map((each) => `${each.name} with sha256 ${short(each.sha256)}`).join(' and ')
  return `${what}, got ${got || 'none'}; a run names the files that it was made with and never loads them: give that file`
}
