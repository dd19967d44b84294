import type { Config } from '../../config/config-schema.js'
import type { Content } from '../content.js'
import type { NumberForm } from '../numbers.js'

/**
 * The settings of a configuration about how a file is read. They can be written as JSON: a model keeps them
 * to read new files in the same way.
 */
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
  /** Records: the number of label bytes before the pixels. */
  readonly labelBytes: number
  /**
   * Arrays [rows, features]: whether they are read as text cells, which are exact, as for targets; otherwise
   * as floats.
   */
  readonly cells?: boolean
  /** Images of another size than `image`: whether they are an error or resized. */
  readonly resize: NonNullable<Config['data']['resize']>
  /**
   * Broken images of a folder: left out if they are few, left out in any number, or refused; `few` if it is not
   * given.
   */
  readonly broken?: NonNullable<Config['data']['broken']>
}

/** Reads files of one format. Each reader is one file in this folder and one line in its `index.ts`. */
export interface Reader {
  /** The name for `data.format`. */
  readonly name: string
  readonly description: string
  /** Whether it returns cells (any other tabular file can then be used instead) or arrays of numbers. */
  readonly gives: 'table' | 'arrays'
  /** The options specific to it. Those of a table's shape (image, sequence, layout) apply to every table. */
  readonly options?: readonly (keyof ReadOptions)[]
  /** Whether it reads a path, which is in lower case and without `.gz`, by its name. */
  readonly takes: (path: string) => boolean
  /** Reads a whole file. Throws an InputError that names the file, the row, and what was expected. */
  readonly read: (path: string, options: ReadOptions) => Content | Promise<Content>
}
