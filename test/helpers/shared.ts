import { existsSync } from 'node:fs'
import { packagePath } from '../../src/base/files.js'

/** A file of the folder `shared/` beside the checkout: large tables and data that the package leaves out. */
export const sharedFile = (...path: string[]): string => packagePath('..', 'shared', ...path)

/** Is it there? Says so where it is not, for the tests that need it are skipped then. */
export function hasShared(...path: string[]): boolean {
  const found = existsSync(sharedFile(...path))
  if (!found) console.warn(`skipped: no ${['shared', ...path].join('/')} beside the checkout`)
  return found
}
