import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { InputError } from '../base/errors.js'
import { files, type Arguments, type Parameter } from './command.js'

const option = (describe: string, suggest: readonly string[] = []): Parameter => ({
  type: 'string',
  requiresArg: true,
  suggest,
  describe,
})

/** The options for data without a configuration. They correspond to keys of a configuration. */
export const draftOptions: Readonly<Record<string, Parameter>> = {
  target: option('data only: the column to predict; for arrays, the file of the targets', [files]),
  task: option('data only: classification or regression; by default the target’s cells decide', [
    'classification',
    'regression',
  ]),
  drop: option('data only: columns that are not inputs, separated by commas'),
  unlabelled: option('data only: a file of further rows whose target nobody knows', [files]),
  teacher: option(
    'data only: a file of what a teacher of yours says: values, or a probability for each class, for each row',
    [files],
  ),
  horizon: option('data only: rows are time steps; forecast the target this many steps ahead'),
  window: option('data only: how many time steps a forecast sees'),
  'series-by': option('data only: columns that tell the series of a forecast apart, separated by commas'),
  'time-column': option('data only: the column of time of a forecast; windows end where a step is missing'),
}

/** The keys of `data` whose options have other names. */
const keys: Readonly<Record<string, string>> = { 'series-by': 'seriesBy', 'time-column': 'time' }

/** Whether a path is a configuration, judged by its name. */
export const isConfiguration = (path: string): boolean => /\.(ya?ml|json)$/i.test(path)

/** Throws if a file is data, where a command needs a configuration. */
export function requireConfiguration(path: string): void {
  if (isConfiguration(path) || extname(path) === '' || !existsSync(path)) return
  throw new InputError(
    `${path}: expected a configuration (.yaml or .json), got another file; "sentei search ${path}" makes one for data`,
  )
}

/** Throws if an option is given whose value the configuration already holds. */
export function requireNoDraft(path: string, args: Arguments): void {
  const draftOption = Object.keys(draftOptions).find((name) => args[name] !== undefined)
  if (draftOption === undefined) return
  const key = keys[draftOption] ?? draftOption
  throw new InputError(
    `--${draftOption}: expected only with data (a file like .csv or .parquet), got it with the configuration ${path}; change data.${key} in that file, or give --set data.${key}=…`,
  )
}
