import { InputError } from '../base/errors.js'
import { isTable, type Content } from './content.js'
import type { Reader } from './readers/types.js'

/** The value of `data.source` for data that a program passes in memory. */
export const inMemory = 'memory'

/** Data in memory, used instead of files. */
export interface GivenData {
  readonly content: Content
  /** The number of last rows that are the split `test`; 0 by default. */
  readonly testRows?: number
}

/**
 * Makes a reader that returns data in memory. Throws if they are not given, for example when such a run is
 * read again.
 */
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
