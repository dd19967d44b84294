import { basename, resolve } from 'node:path'
import { spaces } from '../../registry.js'
import { checkParts, checkPlugin, labelled, partsIn } from './check.js'
import { moduleHash } from './content.js'
import { readModule, requireModule } from './read-module.js'
import type { Plugin, PluginFile, Plugins } from './types.js'
import { withOperations } from './with-operations.js'

export interface LoadPluginsOptions {
  /** The folder to which the paths are relative; the working folder by default. */
  readonly folder?: string
  /** Lets a run go on with other versions of the files that it was made with. */
  readonly changed?: boolean
}

/** The parts of plugins, as options of `searchRun` and of every other call that takes your own parts. */
export interface LoadedPlugins extends Omit<Plugin, 'operations'> {
  readonly plugins: Plugins
}

/**
 * Loads the modules at some paths, which runs their code, and returns their parts. Nothing else in Sentei
 * loads a file as code. Throws an InputError that names the file if it is missing, if it cannot be loaded, or
 * if a part lacks something or has the name of another one.
 */
export async function loadPlugins(
  paths: readonly string[],
  { folder = '.', changed = false }: LoadPluginsOptions = {},
): Promise<LoadedPlugins> {
  const files: PluginFile[] = []
  const plugins: Plugin[] = []
  for (const given of paths) {
    const path = resolve(folder, given)
    if (files.some((each) => each.path === path)) continue
    const label = `plugin ${given}`
    requireModule(path, label)
    const sha256 = moduleHash(path)
    const plugin = checkPlugin(await readModule(path, sha256, label), label)
    files.push({ path, name: basename(path), sha256, parts: partsIn(plugin) })
    plugins.push(plugin)
  }
  const operations = plugins.flatMap((each) => each.operations ?? [])
  const parts = {
    spaces: plugins.flatMap((each) => each.spaces ?? []),
    readers: plugins.flatMap((each) => each.readers ?? []),
    terms: plugins.flatMap((each) => each.terms ?? []),
    planners: plugins.flatMap((each) => each.planners ?? []),
    relaxations: plugins.flatMap((each) => each.relaxations ?? []),
    rules: plugins.flatMap((each) => each.rules ?? []),
  }
  // Two plugins may each be right, and yet have parts of one name.
  labelled(`plugins ${paths.join(', ')}`, () => checkParts({ ...parts, operations }))
  const taught = withOperations([...parts.spaces, ...spaces], operations)
  const untaughtSpaces = parts.spaces.filter(({ name }) => !taught.some((space) => space.name === name))
  const given = { ...parts, spaces: [...untaughtSpaces, ...taught] }
  const filled = Object.entries(given).filter(([, list]) => list.length > 0)
  return {
    ...(Object.fromEntries(filled) as Partial<typeof given>),
    plugins: { files, parts: new Set(filled.flatMap(([, list]) => list as unknown[])), changed },
  }
}

/** How a user is told of a plugin: `plugin my-ops.mjs (sha256 0f3a…): term rareness`. */
export const pluginText = ({ sha256, parts }: PluginFile, path: string): string =>
  `plugin   ${path} (sha256 ${sha256.slice(0, 12)}…): ${parts.join(', ')}`
