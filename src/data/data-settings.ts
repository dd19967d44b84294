import { resolve } from 'node:path'
import type { Config } from '../config/config-schema.js'
import { bundledData } from './bundled.js'
import type { Task } from './types.js'

type Data = Config['data']

/** How the data reads, every default filled in. */
export interface DataSettings {
  readonly name: string
  readonly path: string
  readonly kind: 'table' | 'images' | 'series'
  readonly delimiter: string
  readonly header: boolean
  /** Undefined where the target's cells decide. */
  readonly task: Task['kind'] | undefined
  readonly targets: readonly (string | number)[]
  readonly drop: readonly string[]
  readonly categorical: readonly string[]
  readonly missing: NonNullable<Data['missing']>
  readonly image: NonNullable<Data['image']>
  readonly window: number
  readonly horizon: number
}

/** Fills in how the data reads: the configuration first, then the bundled data set, then the defaults. */
export function dataSettings(data: Data, folder: string): DataSettings {
  const source = data.source === undefined ? undefined : bundledData(data.source)
  const given = { ...source?.defaults, ...data }
  const kind = given.kind ?? (given.image ? 'images' : given.window === undefined ? 'table' : 'series')
  const task = taskOf(data, source?.defaults.task, kind)
  const target = given.target ?? []
  return {
    name: data.source ?? data.file ?? '',
    path: source?.file ?? resolve(folder, data.file ?? ''),
    kind,
    delimiter: given.delimiter ?? ',',
    header: given.header ?? true,
    task,
    targets: Array.isArray(target) ? target : [target],
    drop: given.drop ?? [],
    categorical: given.categorical ?? [],
    missing: given.missing ?? 'refuse',
    image: given.image ?? { height: 1, width: 1, channels: 1 },
    window: given.window ?? 1,
    horizon: given.horizon ?? (task === 'forecasting' ? 1 : 0),
  }
}

function taskOf(data: Data, bundled: Data['task'], kind: DataSettings['kind']): DataSettings['task'] {
  if (data.task !== undefined) return data.task
  if (kind === 'series') return bundled ?? 'forecasting'
  // A bundled series read as a table has no future to forecast.
  return bundled === 'forecasting' ? 'regression' : bundled
}
