import type { RandomStream } from '../../../base/random.js'
import type { Ablation } from '../../../events/types.js'
import type { GateGroup, GateWeights, Supernet } from '../../../supernet/types.js'

/** What a rule looks at. */
export interface Seen {
  /** The current supernet. Groups that were decided before have only the members that they keep. */
  readonly supernet: Supernet
  /** Mixture weights by group and member, as they were when the deciding began. */
  readonly weights: GateWeights
  /** Of rule `threshold`: the share of its group's mean weight that a member must have. */
  readonly threshold: number
  /** A stream of random numbers of a group's own. */
  readonly draw: (group: string) => RandomStream
  /** What the network loses without each of some members, one by one; only there for rules that measure. */
  readonly measure?: (group: GateGroup, members: readonly string[]) => Readonly<Record<string, Ablation>>
}

/** What a rule makes of a group: what each member is worth, and how many may stay where that is fewer than is legal. */
export interface Ranked {
  readonly worth: Readonly<Record<string, number>>
  readonly most?: number
  /** What was measured for it. */
  readonly ablated?: Readonly<Record<string, Ablation>>
}

/**
 * A rule decides how an architecture is read from what is left of a supernet. Group by group, in the rule's
 * order, the members with the most worth stay, as many as a legal architecture keeps. It is one file in this
 * folder and one line in its `index.ts`.
 */
export interface Rule {
  readonly name: string
  /** One sentence: what stays. */
  readonly description: string
  /** Does it need the trained network, or gates alone? */
  readonly measures: boolean
  /** Is it told with each removal as one of its own, with what it measured? Else as the projection's. */
  readonly by: 'projection' | 'perturbation'
  /**
   * The order in which groups are decided. If an edge is removed, ranking its operations before was useless.
   */
  readonly order: (groups: readonly GateGroup[]) => readonly GateGroup[]
  readonly rank: (group: GateGroup, seen: Seen) => Ranked
}
