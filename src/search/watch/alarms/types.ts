import type { Schedule } from '../../../schedule/types.js'
import type { GateGroup, GateWeights } from '../../../supernet/types.js'

export type AlarmName = 'collapse' | 'dominance' | 'dead-layer' | 'stuck' | 'undecided'

/** What alarms observe at an evaluation. */
export interface Watched {
  /** The number of iterations done. */
  readonly step: number
  readonly schedule: Schedule
  /** The groups that the search began with. */
  readonly origin: readonly GateGroup[]
  /** The remaining groups and members, and their mixture weights. */
  readonly groups: readonly GateGroup[]
  readonly weights: GateWeights
  /** The mixture weights of all members with which the search began. */
  readonly initial: GateWeights
  /** The gradient of the losses on a group's α in the last iteration; undefined if its gates did not move. */
  lossGradient(group: string): Float32Array | undefined
}

/** Where an alarm is raised: a layer, or null for the whole supernet. */
export interface Raised {
  readonly layer: string | null
  readonly message: string
}

/** One thing that can go wrong with a search's gates. */
export interface Alarm {
  readonly name: AlarmName
  /**
   * All places where the alarm holds now. `after` is the share of the search from which on it can be raised.
   */
  raised(observed: Watched, settings: { readonly limit: number; readonly after: number }): Raised[]
}
