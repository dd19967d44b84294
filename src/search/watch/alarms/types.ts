import type { Schedule } from '../../../schedule/types.js'
import type { GateGroup, GateWeights } from '../../../supernet/types.js'

export type AlarmName = 'collapse' | 'dominance' | 'dead-layer' | 'stuck' | 'undecided'

/** What alarms look at, at an evaluation. */
export interface Watched {
  /** Iterations done. */
  readonly step: number
  readonly schedule: Schedule
  /** The groups that the search began with. */
  readonly origin: readonly GateGroup[]
  /** Groups and members that are left, and their mixture weights. */
  readonly groups: readonly GateGroup[]
  readonly weights: GateWeights
  /** The mixture weights that the search began with, all members. */
  readonly initial: GateWeights
  /** Gradient of the losses on a group's α in the last iteration; undefined where its gates did not move. */
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
  /** Everywhere that it holds now. `after`: the share of the search from which it can. */
  raised(observed: Watched, settings: { readonly limit: number; readonly after: number }): Raised[]
}
