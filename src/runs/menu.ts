import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readKept, remedyFor } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { damaged, jsonObject } from '../base/sealed.js'
import { requireValid } from '../config/validator.js'
import { menuFile } from './formats.js'
import { ArchitectureSchema } from '../supernet/architecture-schema.js'
import type { Architecture } from '../supernet/types.js'

/** The architecture that a finished run kept at a size of its menu, as the menu states it. */
export function menuArchitecture(run: string, size: number): Architecture {
  const name = menuFile(run, size)
  const path = join(run, name)
  const bytes = readKept(run, name)
  if (!bytes) throw damaged(path, 'no such file', remedyFor(run, name))
  return architectureIn(bytes, path)
}

/** Reads an architecture file as written by runs, `derive --out` and `export --format architecture`. */
export function readArchitectureFile(path: string): Architecture {
  if (!existsSync(path)) throw new InputError(`${path}: no such file`)
  return architectureIn(readFileSync(path), path)
}

function architectureIn(bytes: Buffer, path: string): Architecture {
  const format = 'sentei-architecture/1'
  const remedy = `(format ${format}), as "sentei derive RUN --out" writes it`
  const architecture = jsonObject(bytes, path, `give an architecture ${remedy}`)
  if (architecture.format !== format) throw new InputError(`${path}: expected an architecture ${remedy}`)
  requireValid(ArchitectureSchema, architecture, path)
  return architecture as unknown as Architecture
}
