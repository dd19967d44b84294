import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import { validate } from '../config/validator.js'
import { LatencySchema, type ReadLatency } from './latency.js'

/** Reads a table of measured times from a file. Its path is relative to `folder`. */
export function readLatency(file: string, folder: string): ReadLatency {
  const path = resolve(folder, file)
  if (!existsSync(path))
    throw new InputError(
      `config.objective.latency: no file ${path}; measure one: sentei bench operations --supernet NAME --out FILE`,
    )
  const text = readFileSync(path, 'utf8')
  try {
    return { table: validate(LatencySchema, JSON.parse(text), file), text }
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${path}: not JSON: ${error.message}`)
    throw error
  }
}
