import { readFileSync } from 'node:fs'
import { packagePath } from './package-path.js'

/** The version of this package. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version
