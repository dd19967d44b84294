import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { menuFile } from '../export/formats.js'
import type { Architecture } from '../supernet/types.js'

/** The architecture that a finished run kept at a size of its menu, named as the menu names it. */
export const menuArchitecture = (run: string, size: number): Architecture =>
  readArchitecture(join(run, menuFile(run, size)))

/** An architecture's file, as runs, `derive --out` and `export --format architecture` write it. */
export function readArchitecture(path: string): Architecture {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`)
  const found = parsed(path)
  const format = 'sentei-architecture/1'
  if (found?.format === format && Array.isArray(found.groups)) return found as Architecture
  throw new InputError(`${path}: expected an architecture (format ${format}), as "sentei derive RUN --out" writes it`)
}

function parsed(path: string): Partial<Architecture> | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Architecture> | null
  } catch {
    throw new InputError(`${path}: expected a JSON document`)
  }
}
