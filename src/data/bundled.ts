import { InputError } from '../base/errors.js'
import { packagePath } from '../base/files.js'
import type { Config } from '../config/config-schema.js'

/** A data set that comes with Sentei: its file, and the settings that a configuration may leave out. */
export interface BundledData {
  readonly file: string
  readonly defaults: Partial<Config['data']>
}

const bundled: Readonly<Record<string, { path: readonly string[]; defaults: Partial<Config['data']> }>> = {
  digits: {
    path: ['digits', 'digits.csv.gz'],
    defaults: {
      kind: 'images',
      task: 'classification',
      header: false,
      target: -1,
      image: { height: 8, width: 8, channels: 1 },
    },
  },
  concrete: {
    path: ['concrete', 'concrete.csv.gz'],
    defaults: { kind: 'table', task: 'regression', target: 'compressive_strength' },
  },
  chicago: {
    path: ['chicago', 'chicago.csv.gz'],
    // The file is ordered by date, so that the row gives the time, and the date itself is not an input.
    defaults: {
      kind: 'series',
      task: 'forecasting',
      target: 'ridership',
      drop: ['date'],
      window: 14,
      horizon: 7,
    },
  },
}

/** The names that `data.source` accepts. */
export const bundledNames: readonly string[] = Object.keys(bundled)

/** A bundled data set by its name. Throws for any other name. */
export function bundledData(name: string): BundledData {
  const source = Object.hasOwn(bundled, name) ? bundled[name] : undefined
  if (source === undefined) {
    throw new InputError(`config.data.source: expected one of ${bundledNames.join(', ')}, got "${name}"`)
  }
  return { file: packagePath('data', ...source.path), defaults: source.defaults }
}
