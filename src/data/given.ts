import { InputError } from '../base/errors.js'
import { isTable, type Content } from './content.js'
import type { Reader } from './readers/types.js'

/** What `data.source` is called where a program gives the data itself. */
export const inMemory = 'memory'

/** Data that a program holds, in place of files. */
export interface GivenData {
  readonly content: Content
  /** How many of its last rows are the split `test`; 0 by default. */
  readonly testRows?: number
}

/** Stands for the reader of data that no file holds; refuses where a run of such data is read again without them. */
export function memoryReader(given: GivenData | undefined): Reader {
  if (!given)
    throw new InputError(
      'config.data.source: expected the data that a program gave to this search, got none; give them again by the library',
    )
  return {
    name: inMemory,
    description: 'what a program holds',
    gives: isTable(given.content) ? 'table' : 'arrays',
    takes: () => false,
    read: () => given.content,
  }
}
