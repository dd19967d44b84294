import type { Config } from '../config/config-schema.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { Dataset, PreparedData } from '../data/types.js'
import type { Notation } from '../supernet/notation.js'
import type { Supernet } from '../supernet/types.js'
import type { Trial } from '../trial/types.js'
import type { ReadLatency } from './latency.js'
import type { FindSchedule } from './schedule-of.js'

/**
 * What a trial needs from its environment: its data, what its configuration refers to by name, and the
 * memory.
 */
export interface TrialHost {
  /** Reads the data of a configuration. */
  readonly dataset: (config: Config) => Promise<Dataset>
  /** Finds a schedule that is not a preset. */
  readonly schedule: FindSchedule
  /** Reads the table that `objective.latency` names. */
  readonly latency: (name: string) => ReadLatency
  /** Adds to a schedule the lessons of past runs from its planner's store, if it has one. */
  readonly withLessons: (
    document: ScheduleDocument,
    data: PreparedData,
    supernet: Supernet,
  ) => ScheduleDocument
  /** Returns a function that ranks architectures in the table that `benchmark` names. */
  readonly benchmark: (
    asked: NonNullable<Config['benchmark']>,
    notation: Notation,
    supernet: Supernet,
  ) => NonNullable<Trial['benchmark']>
  /** The bytes of memory of the machine; undefined if unknown. */
  readonly memory?: number
}
