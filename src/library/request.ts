import { InputError } from '../base/errors.js'
import { checkConfig } from '../config/check-config.js'
import type { Config } from '../config/config-schema.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { Json } from '../config/schema-parts.js'
import type { Event } from '../events/types.js'
import type { OwnParts } from '../setup/single-trial.js'
import type { ChosenSpace } from '../supernet/space.js'
import type { CheckpointStore } from './checkpoints.js'
import type { DataSource } from './data.js'

/** A type with all keys optional at any depth, also within lists. */
export type Partly<T> = Json extends T
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Partly<Item>[]
    : T extends object
      ? { readonly [K in keyof T]?: Partly<T[K]> }
      : T

/** The short form of a planner: its name, its base, and its own options. */
export interface PlannedSchedule {
  readonly planner: string
  readonly base?: string | Partly<ScheduleDocument>
  readonly name?: string
  readonly description?: string
  readonly budget?: Partly<NonNullable<ScheduleDocument['budget']>>
  readonly store?: string
  readonly [option: string]: Json | Partly<ScheduleDocument>
}

/** Keys that a search accepts with the same meaning as in a configuration, each with its default. */
type Settings = Partly<
  Pick<
    Config,
    | 'name'
    | 'seed'
    | 'backend'
    | 'relaxedSimd'
    | 'split'
    | 'objective'
    | 'classes'
    | 'budget'
    | 'search'
    | 'retrain'
    | 'criteria'
    | 'benchmark'
  >
> & {
  readonly relaxation?: Config['relaxation']
  /** The searches before the last one, as `stages` of a configuration. */
  readonly stages?: readonly Partly<NonNullable<Config['stages']>[number]>[]
}

/** The settings of a search in any environment. */
export interface SearchSettings extends Settings, Omit<OwnParts, 'spaces'> {
  /**
   * A space with its options, as the functions of `sentei/spaces` return it; or the name of a space, which
   * gets its default options.
   */
  readonly space: ChosenSpace | string
  readonly data: DataSource
  /**
   * The name of a preset, a document or, in Node, the path of one. By default `auto`, the preset that suits
   * the space.
   */
  readonly schedule?: string | Partly<ScheduleDocument> | PlannedSchedule
  /**
   * The layers and members to which the supernet is restricted, as `supernet.restrict` of a configuration.
   */
  readonly restrict?: Config['supernet']['restrict']
  /** Aborting it ends the search with `Interrupted`. Its state is then in `checkpoints`, or in the folder. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: Event) => void
  /** The store in which the search saves its state. A search that finds a state there continues from it. */
  readonly checkpoints?: CheckpointStore
}

/** Makes the configuration of a request. `dataOf` gives its `data` section. */
export function configOf(
  { space, data, schedule, restrict, ...request }: SearchSettings,
  dataOf: (data: DataSource) => Config['data'] = (given) => given.data,
): Config {
  const { terms: _, planners: __, relaxations: ___, rules: ____, ...asked } = request
  const { signal, onEvent, checkpoints, ...settings } = asked
  if (typeof space !== 'string' && typeof space?.space?.build !== 'function')
    throw new InputError(
      'space: expected a name, or a space with its options as mlpCell() of sentei/spaces or chooser(space)() gives it',
    )
  if (typeof data?.data !== 'object' || 'then' in data)
    throw new InputError(
      'data: expected what fromArrays, fromRecords, fromFiles, or fromTensors and fromDataset (with await) give',
    )
  const supernet =
    typeof space === 'string' ? { space } : { space: space.space.name, options: { ...space.options } }
  return checkConfig({
    ...settings,
    data: dataOf(data),
    ...((data.split ?? settings.split) && { split: { ...data.split, ...settings.split } }),
    supernet: { ...supernet, restrict },
    schedule,
  })
}

/** The user's own parts in a request. */
export const ownPartsOf = ({ terms, planners, relaxations, rules, space }: SearchSettings): OwnParts => ({
  ...(terms && { terms }),
  ...(planners && { planners }),
  ...(relaxations && { relaxations }),
  ...(rules && { rules }),
  ...(typeof space !== 'string' && { spaces: [space.space] }),
})
