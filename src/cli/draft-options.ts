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
  target: option('of data: the column to predict; of arrays the file of the targets', [files]),
  task: option('of data: classification or regression, where the cells shall not decide', [
    'classification',
    'regression',
  ]),
  drop: option('of data: columns that are not inputs, with commas between'),
  horizon: option('of data: rows are time steps, and the target is forecast so many ahead'),
  window: option('of data: time steps that a forecast sees'),
}

/** Whether a path is a configuration, judged by its name. */
export const isConfiguration = (path: string): boolean => /\.(ya?ml|json)$/i.test(path)

/** Throws if an option is given whose value the configuration already holds. */
export function requireNoDraft(path: string, args: Arguments): void {
  const found = Object.keys(draftOptions).find((name) => args[name] !== undefined)
  if (found)
    throw new InputError(
      `--${found}: only with data, got it with ${path}, which is read as a configuration; there it is data.${found}, or --set data.${found}=…; a table is a file like .csv or .parquet`,
    )
}
