import type { RandomStream } from '../../../base/random.js'
import type { Ablation } from '../../../events/types.js'
import type { GateGroup, GateWeights, Supernet } from '../../../supernet/types.js'

/** What a rule looks at. */
export interface Seen {
  /** The supernet as it stands: groups that were decided before have what they keep. */
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
 * How an architecture is read off what is left of a supernet. Group by group, in its order, the members stay that are worth
 * most, as many as a legal architecture keeps. One file in this folder, and a line in its `index.ts`.
 */
export interface Rule {
  readonly name: string
  /** One sentence: what stays. */
  readonly description: string
  /** Does it need the trained network, or gates alone? */
  readonly measures: boolean
  /** Is it told with each removal as one of its own, with what it measured? Else as the projection's. */
  readonly by: 'projection' | 'perturbation'
  /** The order in which groups are decided: an edge's operations are weighed in vain where the edge then goes. */
  readonly order: (groups: readonly GateGroup[]) => readonly GateGroup[]
  readonly rank: (group: GateGroup, seen: Seen) => Ranked
}
