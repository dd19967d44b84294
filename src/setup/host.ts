import type { Config } from '../config/config-schema.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { Dataset, PreparedData } from '../data/types.js'
import type { Notation } from '../supernet/notation.js'
import type { Supernet } from '../supernet/types.js'
import type { Trial } from '../trial/types.js'
import type { ReadLatency } from './latency.js'
import type { FindSchedule } from './schedule-of.js'

/** What a trial takes of where it runs: its data, what its configuration names and does not hold, and the memory. */
export interface TrialHost {
  /** The data of a configuration, read. */
  readonly dataset: (config: Config) => Promise<Dataset>
  /** A schedule that is no preset. */
  readonly schedule: FindSchedule
  /** The table that `objective.latency` names. */
  readonly latency: (name: string) => ReadLatency
  /** A schedule with the lessons that its planner keeps of past runs, where it has a store. */
  readonly withLessons: (
    document: ScheduleDocument,
    data: PreparedData,
    supernet: Supernet,
  ) => ScheduleDocument
  /** Says where architectures stand in the table that `benchmark` names. */
  readonly benchmark: (
    asked: NonNullable<Config['benchmark']>,
    notation: Notation,
    supernet: Supernet,
  ) => NonNullable<Trial['benchmark']>
  /** Bytes of memory of the machine; undefined if unknown. */
  readonly memory?: number
}
