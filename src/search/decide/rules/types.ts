import type { RandomStream } from '../../../base/random.js'
import type { MemberAblation } from '../../../events/types.js'
import type { GateGroup, GateWeights, Supernet } from '../../../supernet/types.js'

/** What a rule can use. */
export interface Seen {
  /** The current supernet. Groups that were already decided have only the members that they keep. */
  readonly supernet: Supernet
  /** Mixture weights by group and member when the projection began. */
  readonly weights: GateWeights
  /** For the rule `threshold`: the share of its group's mean weight that a member must have. */
  readonly threshold: number
  /** A stream of random numbers for a group. */
  readonly draw: (group: string) => RandomStream
  /** What the network loses without each of some members, one by one; only given to rules that measure. */
  readonly measure?: (
    group: GateGroup,
    members: readonly string[],
  ) => Readonly<Record<string, MemberAblation>>
}

/**
 * A rule's ranking of a group: the worth of each member, and how many may stay if that is fewer than is
 * legal.
 */
export interface Ranked {
  readonly worth: Readonly<Record<string, number>>
  readonly most?: number
  /** What was measured for the ranking. */
  readonly ablated?: Readonly<Record<string, MemberAblation>>
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
  /** Whether the rule needs the trained network; otherwise it uses gates alone. */
  readonly measures: boolean
  /** Whether its removals are reported as `perturbation`, with what was measured, or as the projection's. */
  readonly by: 'projection' | 'perturbation'
  /**
   * The order in which groups are decided. Ranking the operations of an edge is wasted if the edge is removed
   * later.
   */
  readonly order: (groups: readonly GateGroup[]) => readonly GateGroup[]
  readonly rank: (group: GateGroup, seen: Seen) => Ranked
}
