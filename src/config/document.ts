import { basename } from 'node:path'
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml'
import { readText } from '../base/data-file.js'
import { InputError } from '../base/errors.js'
import type { Locate } from './validator.js'

/** A YAML or JSON file as a plain value, and a function that gives the place of each value in it. */
export interface SourceDocument {
  readonly value: unknown
  readonly locate: Locate
}

/**
 * Reads a YAML or JSON file. A syntax error names the file and the line. `label` says what the file should
 * be.
 */
export function readDocument(path: string, label: string): SourceDocument {
  const lines = new LineCounter()
  // JSON is YAML, except that Windows editors may write a byte-order mark.
  const text = readText(path, label, 'a YAML or JSON file').replace(/^\uFEFF/, '')
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => `${basename(path)}:${lines.linePos(offset).line}`
  const [error] = document.errors
  if (error !== undefined) {
    throw new InputError(
      `${label}: expected valid YAML or JSON, got an error: ${error.message} (${place(error.pos[0])})`,
    )
  }
  return {
    value: plainValue(document, label, basename(path)),
    locate: (keys) => place(offsetOf(document.contents, keys)),
  }
}

/** The value of a document. Aliases that grow without end or refer to nothing are errors. */
function plainValue(document: Document, label: string, file: string): unknown {
  try {
    const value: unknown = document.toJS()
    // Throws if an alias refers to a value that contains it.
    JSON.stringify(value)
    return value
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const reason = message.includes('circular') ? 'an alias refers to itself' : message
    throw new InputError(`${label}: expected valid YAML or JSON, got an error: ${reason} (${file})`)
  }
}

/**
 * The offset at which the value at a path begins (its key, if it has one), or that of its nearest ancestor.
 */
function offsetOf(root: Node | null, keys: readonly string[]): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      if (pair === undefined) break
      offset = (pair.key as Node).range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(key)]
      if (item === undefined) break
      node = item
      offset = (item as Node).range?.[0] ?? offset
    } else break
  }
  return offset
}
