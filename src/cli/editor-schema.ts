import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packagePath } from '../base/package-path.js'

/**
 * Where an editor finds the JSON Schema of configurations, as written into a file of a folder: relative to it where this
 * package is the folder's own (in a `node_modules` there or above, or a checkout around it), which others have at the same
 * place; else the URL of this package's file.
 */
export function schemaFor(folder: string): string {
  const own = realpathSync(packagePath())
  const schema = ['schemas', 'config.json']
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = [join(at, 'node_modules', 'sentei'), at].find((place) => isSame(place, own))
    const path = found && relative(resolve(folder), join(found, ...schema)).replaceAll(sep, '/')
    if (path) return path.startsWith('.') ? path : `./${path}`
    // Of a path an editor reads what stands before its first space.
    if (at === dirname(at)) return pathToFileURL(join(own, ...schema)).href
  }
}

const isSame = (path: string, own: string): boolean => existsSync(path) && realpathSync(path) === own

/** The line at the beginning of a YAML file that editors read; see YAML's language server. */
export const schemaLine = (folder: string): string => `# yaml-language-server: $schema=${schemaFor(folder)}\n`
