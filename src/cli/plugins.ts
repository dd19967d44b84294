import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import type { LoadOptions } from '../config/load-config.js'
import type { PluginNeed } from '../config/plugins-schema.js'
import type { Extensions } from '../setup/setup-trial.js'
import type { Arguments, CommandContext } from './command.js'

type Say = Pick<CommandContext, 'say'>

/** The parts of the plugins that `--plugin` names, which are loaded and told. */
export const pluginsIn = (args: Arguments, context: Say): Promise<Extensions> =>
  loaded(args, namedIn(args), context)

/** A configuration with the parts of its plugins: those that `--plugin` names, and those that it names itself. */
export interface ConfiguredWith {
  readonly config: Config
  readonly folder: string
  readonly extensions: Extensions
}

/**
 * Reads a configuration that a user gave, and loads the plugins that it and `--plugin` name, unless they are
 * `known` already.
 */
export async function loadConfigured(
  path: string,
  options: LoadOptions,
  args: Arguments,
  context: Say,
  known?: Extensions,
): Promise<ConfiguredWith> {
  const { loadConfig } = await import('../config/load-config.js')
  const { config, folder } = loadConfig(path, options)
  const { paths, document } = withoutPaths(config, folder, path)
  const extensions = known ?? (await loaded(args, [...namedIn(args), ...paths], context))
  return { config: document, folder, extensions }
}

/** Files by which the folder of a run or a comparison is known. */
const ofRuns = ['checksums.json', 'events.jsonl', 'trials.jsonl']

/**
 * A document without the paths of its plugins, and these, relative to the working folder. Throws an
 * InputError if the document lies in the folder of a run: that may be somebody else’s.
 */
export function withoutPaths<D extends object>(
  given: D & { readonly plugins?: readonly (string | PluginNeed)[] },
  folder: string,
  path: string,
): { readonly paths: readonly string[]; readonly document: D } {
  // The document of a comparison has not been validated yet.
  const { plugins = [], ...rest } = (given as typeof given | null) ?? ({} as typeof given)
  if (!Array.isArray(plugins)) return { paths: [], document: given }
  const paths = plugins.filter((each) => typeof each === 'string')
  if (paths.length === 0) return { paths, document: given }
  if (ofRuns.some((name) => existsSync(join(folder, name))))
    throw new InputError(
      `${path}: expected no path in plugins, got ${JSON.stringify(paths[0])}: the folder of a run never loads a file; give --plugin FILE`,
    )
  const needs = plugins.filter((each) => typeof each !== 'string')
  return {
    paths: paths.map((each) => relative('.', resolve(folder, each))),
    document: { ...rest, ...(needs.length > 0 && { plugins: needs }) } as unknown as D,
  }
}

/** The values of `--plugin`. */
export function namedIn({ plugin: given = [] }: Arguments): string[] {
  const paths = (Array.isArray(given) ? given : [given]).map(String)
  if (paths.includes('')) throw new InputError('--plugin: expected a file, got ""')
  return paths
}

/** Loads plugins and says of each what it is. Nothing is imported without one. */
export async function loaded(args: Arguments, paths: readonly string[], { say }: Say): Promise<Extensions> {
  if (paths.length === 0) return {}
  const { loadPlugins, pluginText } = await import('../setup/plugins/load-plugins.js')
  const extensions = await loadPlugins(paths, { changed: args['plugin-changed'] === true })
  for (const file of extensions.plugins.files) say(pluginText(file, shownPath(file.path)))
  return extensions
}

/** A path as a user would write it: relative, if it is below the working folder. */
function shownPath(path: string): string {
  const way = relative('.', path)
  return way.startsWith('..') ? path : `./${way}`
}
