import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packagePath } from '../base/package-path.js'

/**
 * The path or URL by which an editor finds the JSON Schema of configurations from a file in a folder. It is
 * relative to the folder if this package is found from there (in a `node_modules` there or above, or in a
 * checkout around it), because it is then at the same place for others, too. Otherwise it is the URL of this
 * package's file.
 */
export function schemaFor(folder: string): string {
  const packageRoot = realpathSync(packagePath())
  const schema = ['schemas', 'config.json']
  for (let at = resolve(folder); ; at = dirname(at)) {
    const base = [join(at, 'node_modules', 'sentei'), at].find((place) => isSame(place, packageRoot))
    const path = base && relative(resolve(folder), join(base, ...schema)).replaceAll(sep, '/')
    if (path) return path.startsWith('.') ? path : `./${path}`
    // A URL has no spaces, at which an editor would end a path.
    if (at === dirname(at)) return pathToFileURL(join(packageRoot, ...schema)).href
  }
}

const isSame = (path: string, root: string): boolean => existsSync(path) && realpathSync(path) === root

/** The first line of a YAML file by which editors find the schema; see YAML's language server. */
export const schemaLine = (folder: string): string => `# yaml-language-server: $schema=${schemaFor(folder)}\n`
