import { dirname, resolve } from 'node:path'
import { checkConfig } from './check-config.js'
import type { Config } from './config-schema.js'
import { readDocument } from './document.js'
import { applySetting, parseSetting, type Setting } from './settings.js'

export interface LoadOptions {
  /**
   * Settings `path=value`: `search.epochs=30`, `criteria.0.atLeast=0.9`. Later ones override earlier ones.
   */
  readonly set?: readonly string[]
  /** Overrides the file's `seed`. */
  readonly seed?: number
  /** Overrides the file's `backend`. */
  readonly backend?: string
}

export interface LoadedConfig {
  readonly config: Config
  /** The absolute path of the file, and its folder, to which `data.file` is relative. */
  readonly path: string
  readonly folder: string
}

/** Reads a configuration (YAML or JSON), applies the options, validates it and fills in every default. */
export function loadConfig(path: string, { set = [], seed, backend }: LoadOptions = {}): LoadedConfig {
  const document = readDocument(path, 'config')
  const settings = set.map(parseSetting)
  if (seed !== undefined) settings.push({ path: ['seed'], value: seed, text: `--seed ${seed}` })
  if (backend !== undefined)
    settings.push({ path: ['backend'], value: backend, text: `--backend ${backend}` })
  const value = document.value
  if (typeof value === 'object' && value !== null) for (const each of settings) applySetting(value, each)
  const config = checkConfig(value, (keys) => optionOf(settings, keys) ?? document.locate(keys))
  return { config, path: resolve(path), folder: dirname(resolve(path)) }
}

/**
 * Validates a configuration given as an object and returns it with every default; the object is not changed.
 * `set` is as in `loadConfig`.
 */
export function resolveConfig(value: object, set: readonly string[] = []): Config {
  const settings = set.map(parseSetting)
  const document = settings.length === 0 ? value : structuredClone(value)
  for (const each of settings) applySetting(document, each)
  return checkConfig(document, (keys) => optionOf(settings, keys))
}

/** The option that set the value at a path, if one did. */
function optionOf(settings: readonly Setting[], keys: readonly string[]): string | undefined {
  const covers = ({ path }: Setting) => path.every((key, depth) => keys[depth] === key)
  return settings.findLast(covers)?.text
}
