import { basename } from 'node:path'
import { readText } from '../base/data-file.js'
import { InputError } from '../base/errors.js'

/**
 * The names of classes, as given or from a file (a JSON list, an object with `classes`, or one name per
 * line).
 */
export function readClasses(classes: string | readonly string[]): readonly string[] {
  if (typeof classes !== 'string') return classes
  const text = readText(classes, 'config.data.classes', 'names or a file of them')
  const names = classes.toLowerCase().endsWith('.json') ? fromJson(text) : lines(text)
  if (Array.isArray(names) && names.length > 1 && names.every((name) => typeof name === 'string'))
    return names
  const wanted = 'at least two names of classes (a JSON list, an object with "classes", or a name a line)'
  throw new InputError(`${basename(classes)}: expected ${wanted}`)
}

function fromJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown
    return Array.isArray(value) ? value : (value as { classes?: unknown } | null)?.classes
  } catch {
    return undefined
  }
}

const lines = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
