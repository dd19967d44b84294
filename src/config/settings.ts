import { parse } from 'yaml'
import { InputError } from '../base/errors.js'
import { presetOver } from './retrain-presets.js'
import type { Json } from './schema-parts.js'

/**
 * A setting `--set path=value`: the keys from the document's root, the value, and the option as it was typed.
 */
export interface Setting {
  readonly path: readonly string[]
  readonly value: Json
  readonly text: string
}

/**
 * Parses `search.epochs=30`. The value is YAML, so that `[1, 2]`, `{ a: 1 }`, `true` and `null` are possible.
 */
export function parseSetting(text: string): Setting {
  const equals = text.indexOf('=')
  const path = text
    .slice(0, Math.max(0, equals))
    .trim()
    .replace(/^config\./, '')
    .split('.')
  if (equals < 1 || path.includes('')) throw new InputError(`--set: expected path=value, got "${text}"`)
  // Assigning it would change the object's prototype instead of a key.
  if (path.includes('__proto__')) throw new InputError(`--set ${text}: unknown key`)
  try {
    const value = parse(text.slice(equals + 1)) as Json
    // Throws if an alias refers to a value that contains it.
    JSON.stringify(value)
    return { path, value, text: `--set ${text}` }
  } catch (error) {
    throw new InputError(`--set ${text}: expected a YAML value (${(error as Error).message.split('\n')[0]})`)
  }
}

/** Keys that exclude each other: setting one removes the other. */
const insteadOf: Readonly<Record<string, string>> = { steps: 'epochs', epochs: 'steps' }

/**
 * Applies a setting to a document in place. Creates missing parents. A preset sets every key that it has, as if
 * each had been typed.
 */
export function applySetting(document: object, { path, value, text }: Setting): void {
  if (path.join('.') === 'retrain.preset') {
    const slots = document as { retrain?: unknown }
    const retrain = presetOver(slots.retrain, value)
    if (retrain) {
      slots.retrain = retrain
      return
    }
  }
  let parent = document
  path.forEach((key, depth) => {
    checkIndex(parent, key, text)
    const slots = parent as Record<string, unknown>
    if (depth === path.length - 1) {
      slots[key] = value
      const other = insteadOf[key]
      if (other !== undefined && /^(search|retrain)(\.earlyStop)?$/.test(path.slice(0, -1).join('.')))
        delete slots[other]
      return
    }
    slots[key] ??= /^\d+$/.test(path[depth + 1]!) ? [] : {}
    const child = slots[key]
    if (typeof child !== 'object') {
      const where = path.slice(0, depth + 1).join('.')
      throw new InputError(`${text}: expected object or array at ${where}, got ${JSON.stringify(child)}`)
    }
    parent = child!
  })
}

function checkIndex(parent: object, key: string, text: string): void {
  if (!Array.isArray(parent)) return
  if (/^\d+$/.test(key) && Number(key) <= parent.length) return
  throw new InputError(`${text}: expected an index from 0 to ${parent.length}, got "${key}"`)
}
