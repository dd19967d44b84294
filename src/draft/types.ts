import type { Config } from '../config/config-schema.js'
import type { Reader, ReadOptions } from '../data/readers/types.js'

/** What a user says about a file that has no configuration. */
export interface DraftOptions {
  /** The column to predict, or several if they are numbers: a list, or a text with commas. */
  readonly target?: string | readonly string[]
  /** Classification or regression. By default, the cells of the target decide. */
  readonly task?: 'classification' | 'regression'
  /** Columns that are not inputs, in addition to those that the draft excludes. */
  readonly drop?: string | readonly string[]
  /** The file of further rows whose target nobody knows. */
  readonly unlabelled?: string | undefined
  readonly teacher?: string | undefined
  /** The number of time steps by which the target is forecast. If given, rows are time steps. */
  readonly horizon?: number
  /** Time steps that a forecast gets as input. */
  readonly window?: number
  /** Columns that tell the series of a forecast apart, and that of their times. By default they are looked for. */
  readonly seriesBy?: string | readonly string[]
  readonly timeColumn?: string
  readonly seed?: number
  /** Readers of your own, which come before those of the registry. */
  readonly readers?: readonly Reader[]
  /** The files of plugins, which the configuration then names. */
  readonly plugins?: readonly string[]
}

/** A choice of the draft: its key in the configuration, and the reason. */
export interface Choice {
  readonly key: readonly string[]
  readonly why: string
}

/** A choice with the value that the configuration has at its key. */
export interface Chosen extends Choice {
  readonly value: unknown
}

/** A drafted section of a configuration with its choices. */
export interface Drafted<Section> {
  readonly section: Section
  readonly choices: readonly Choice[]
}

/** A part of the `data` section of a configuration. */
export type DataSection = Config['data']

/** What a draft may choose of retraining. */
export interface DraftedRetraining {
  readonly distillation: { readonly trees: number }
}

/** The drafted `data` section, and what else is known of the data. */
export interface DraftedData extends Drafted<DataSection> {
  /** The `split` section, if it differs from its default. */
  readonly split?: Partial<Config['split']>
  /** The sections by which models are compared and classes decided for, where a class is rare. */
  readonly objective?: Pick<Config['objective'], 'metric'>
  readonly classes?: NonNullable<Config['classes']>
  /** What is chosen of the space and of retraining, where a class is rare. */
  readonly options?: Readonly<Record<string, number>>
  readonly retrain?: DraftedRetraining
  readonly kind: 'table' | 'images' | 'series' | 'sequences'
  /** The shape of one row, if the rows are arrays. */
  readonly shape?: readonly number[]
}

/** The reading options of a file about which nothing is known. */
export const usual: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse' }
