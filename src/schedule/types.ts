import type { Intervention } from '../config/intervention-schema.js'
import type { Part } from '../objective/terms/types.js'
import type { CostMetric } from '../supernet/types.js'

/** One value for the iterations [from, to). */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly value: number
}

/** What of a layer a column acts on: globs over names. What is absent selects all. */
export interface Selection {
  /** Gate groups, and members of groups. */
  readonly groups?: readonly string[]
  readonly members?: readonly string[]
  /** Weight arrays. */
  readonly parameters?: readonly string[]
}

/**
 * λ of one term on one layer over time. Where no segment stands, the column says nothing. Of the columns of
 * one term, part and layer that select a gate or an array, the last one that says something counts.
 */
export interface Column {
  readonly term: string
  readonly part: Part
  readonly layer: string
  readonly select?: Selection
  readonly segments: readonly Segment[]
}

/**
 * Choices on which a term presses in turn, from iteration `from` to `to`. The search decides whose turn it
 * is.
 */
export interface Turns {
  readonly from: number
  readonly to: number
  /** By turn: when it comes, and whose it is unless another takes it, with a column for each member. */
  readonly places: readonly {
    readonly start: number
    readonly group: string
    readonly columns: readonly { readonly member: string; readonly column: number }[]
  }[]
}

export interface CompiledPhase {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Layers whose weights are trained. */
  readonly train: ReadonlySet<string>
  readonly gates: 'move' | 'hold'
  /** Do choices mix all of their members, or in every second iteration train what would be kept alone? */
  readonly paths: 'all' | 'alternate'
}

/** One removal of the run that a schedule replays, in that run's order. */
export interface LoggedRemoval {
  /** The iterations that were done. */
  readonly step: number
  readonly group: string
  readonly members: readonly string[]
  /** `zero`: the gate was exactly 0; `threshold`: it was weak; `projection`, `perturbation`: to a legal architecture. */
  readonly by: string
}

/** The run that a frozen schedule replays. */
export interface Replay {
  /** Hash of weights and α at iteration 0. */
  readonly initial: string
  readonly removals: readonly LoggedRemoval[]
  /** The changes during the run, in order. */
  readonly interventions?: readonly Intervention[]
}

/** When and how members are removed. */
export interface PruneRules {
  /** Zero gates and weak members are removed from iteration `from` on; at `until` the rest is made legal. */
  readonly from: number
  readonly until: number
  /** Looks in a row at which a gate must be 0. */
  readonly looks: number
  /** Share of its group's mean weight below which a member is weak; 0: none is. */
  readonly threshold: number
  /** Evaluations in a row at which a weak member must be weak. */
  readonly patience: number
  /** The rule of the projection, by name. */
  readonly rule: string
  /** In which order `perturbation` decides groups. */
  readonly order: 'depth' | 'random'
}

/** What the architecture may cost, and how much worse it may be. */
export interface Budget {
  readonly metric: CostMetric
  /** Weights, multiply-adds for one example, nodes in a row, or milliseconds by the measured table; the whole where only a tolerance is given. */
  readonly limit: number
  /** What the whole supernet costs, and the least that a legal architecture does. */
  readonly whole: number
  readonly least: number
  /**
   * The sizes that the search passes, in falling order: larger budgets, or under a tolerance the sizes that
   * may be tried in the end.
   */
  readonly menu?: readonly MenuSize[]
  /** The share by which the validation error may be above that of the unpruned supernet, both retrained. */
  readonly tolerance?: number
}

/** A size for which the architecture is kept while the search continues below it. */
export interface MenuSize {
  /** As it was given: a value or a share. */
  readonly size: number
  readonly limit: number
  /** The iterations that are done by then; under a tolerance it is kept when the supernet has become so small. */
  readonly at?: number
}

/** A compiled schedule: λ[t, k] of every term, run-length coded. */
export interface Schedule {
  readonly name: string
  readonly steps: number
  readonly phases: readonly CompiledPhase[]
  readonly losses: { readonly task: readonly Segment[]; readonly reconstruction: readonly Segment[] }
  /** By layer, in the layers' order. */
  readonly columns: readonly Column[]
  readonly prune: PruneRules
  /** Entries whose order is `clearest-first`. */
  readonly turns: readonly Turns[]
  readonly budget?: Budget
  readonly replay?: Replay
}
