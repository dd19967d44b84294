import type { Config } from '../config/config-schema.js'
import type { ReadOptions } from '../data/readers/types.js'

/** What someone says of a file, where there is no configuration. */
export interface DraftOptions {
  /** The column to predict; several, where they are numbers: a list, or a text with commas between. */
  readonly target?: string | readonly string[]
  /** Classes or numbers, where the target's cells shall not decide. */
  readonly task?: 'classification' | 'regression'
  /** Columns that are not inputs, beside those that are found to be none. */
  readonly drop?: string | readonly string[]
  /** Rows are time steps, and the target is forecast so many steps ahead. */
  readonly horizon?: number
  /** Time steps that a forecast sees. */
  readonly window?: number
  readonly seed?: number
}

/** A choice that was made: where it stands in the configuration, and why. */
export interface Choice {
  readonly key: readonly string[]
  readonly why: string
}

/** What was chosen of one section of a configuration. */
export interface Drafted<Section> {
  readonly section: Section
  readonly choices: readonly Choice[]
}

/** A part of `data` of a configuration. */
export type DataSection = Config['data']

/** What the data of a draft are, beside what a configuration says of them. */
export interface DraftedData extends Drafted<DataSection> {
  readonly kind: 'table' | 'images' | 'series' | 'sequences'
  /** One row's, where the rows are arrays. */
  readonly shape?: readonly number[]
}

/** How a file is read of which nothing was said. */
export const usual: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse' }
