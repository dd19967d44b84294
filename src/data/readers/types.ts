import type { Config } from '../../config/config-schema.js'
import type { Content } from '../content.js'
import type { NumberForm } from '../numbers.js'

/** What a configuration says about how a file reads. JSON-able: a model keeps it to read new files alike. */
export interface ReadOptions {
  readonly kind?: NonNullable<Config['data']['kind']>
  /** CSV: the character between cells; guessed if it is not given. */
  readonly delimiter?: string
  /** CSV: whether the first line names the columns. */
  readonly header: boolean
  /** CSV: a label of the Encoding Standard; UTF-8 if it is not given and there is no byte-order mark. */
  readonly encoding?: string
  /** Tables: the notation of numbers, if a point is not the decimal sign or digits are grouped. */
  readonly decimal?: NonNullable<NumberForm['decimal']>
  readonly thousands?: NonNullable<NumberForm['thousands']>
  readonly image?: NonNullable<Config['data']['image']>
  readonly sequence?: NonNullable<Config['data']['sequence']>
  readonly layout?: NonNullable<Config['data']['layout']>
  /** Records: label bytes before the pixels. */
  readonly labelBytes: number
  /**
   * Arrays [rows, features]: read as text cells, which are exact, as for targets; otherwise as 32-bit floats.
   */
  readonly cells?: boolean
  /** Images of another size than `image`: an error, or made to fit. */
  readonly resize: NonNullable<Config['data']['resize']>
}

/** How files of one format are read. One file in this folder and one line in its `index.ts`. */
export interface Reader {
  /** What `data.format` calls it. */
  readonly name: string
  readonly description: string
  /** Whether it gives text cells (any tabular file can then stand for another) or arrays of numbers. */
  readonly gives: 'table' | 'arrays'
  /** The options of its own that it takes; those of a table's shape (image, sequence, layout) go with any table. */
  readonly options?: readonly (keyof ReadOptions)[]
  /** Whether a path, in lower case and without `.gz`, is its own by name. */
  readonly takes: (path: string) => boolean
  /** Reads a file whole; throws an InputError that names file, row, and what was expected. */
  readonly read: (path: string, options: ReadOptions) => Content | Promise<Content>
}
