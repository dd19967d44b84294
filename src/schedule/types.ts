import type { Intervention } from '../config/intervention-schema.js'
import type { Part } from '../objective/terms/types.js'
import type { CostMetric } from '../supernet/types.js'

/** One value for the iterations [from, to). */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly value: number
}

/** The targets in a layer on which a column acts, as globs over names. A missing list selects all. */
export interface Selection {
  /** Gate groups, and members of groups. */
  readonly groups?: readonly string[]
  readonly members?: readonly string[]
  /** Weight arrays. */
  readonly parameters?: readonly string[]
}

/**
 * The λ of one term on one layer over time. The column has no effect at times without a segment. Of the
 * columns of one term, part and layer that select a gate or an array, the last one with a segment counts.
 */
export interface ScheduleColumn {
  readonly term: string
  readonly part: Part
  readonly layer: string
  readonly select?: Selection
  readonly segments: readonly Segment[]
}

/**
 * Choices on which a term presses one after another, from iteration `from` to `to`. The search decides their
 * order.
 */
export interface Turns {
  readonly from: number
  readonly to: number
  /**
   * The turns: the iteration at which each begins, and the group that has it unless another takes it, with a
   * column for each member.
   */
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
  /** The layers whose weights are trained. */
  readonly train: ReadonlySet<string>
  readonly gates: 'move' | 'hold'
  /**
   * `all`: choices mix all their members. `alternate`: every second iteration trains only as many as would be
   * kept.
   */
  readonly paths: 'all' | 'alternate'
}

/** A removal of the run that a schedule replays, in that run's order. */
export interface LoggedRemoval {
  /** The number of iterations that were done. */
  readonly step: number
  readonly group: string
  readonly members: readonly string[]
  /**
   * The reason. `zero`: the gate was exactly 0; `threshold`: it was weak; `projection`, `perturbation`: the
   * supernet was made a legal architecture.
   */
  readonly by: string
}

/** The run that a frozen schedule replays. */
export interface Replay {
  /** The hash of weights and α at iteration 0. */
  readonly initial: string
  readonly removals: readonly LoggedRemoval[]
  /** The changes during the run, in order. */
  readonly interventions?: readonly Intervention[]
}

/** When and how members are removed. */
export interface PruneRules {
  /** Zero gates and weak members are removed from iteration `from` on; at `until`, the rest is made legal. */
  readonly from: number
  readonly until: number
  /** The number of consecutive looks at which a gate must be 0. */
  readonly looks: number
  /** The share of its group's mean weight below which a member is weak; with 0, none is. */
  readonly threshold: number
  /** The number of consecutive evaluations at which a weak member must be weak. */
  readonly patience: number
  /** The name of the rule for the projection. */
  readonly rule: string
  /** The order in which `perturbation` decides groups. */
  readonly order: 'depth' | 'random'
}

/** How much the architecture may cost, and how much worse it may be. */
export interface Budget {
  readonly metric: CostMetric
  /**
   * Weights, multiply-adds for one example, nodes in a row, or milliseconds by the measured table. The cost
   * of the whole supernet if only a tolerance is given.
   */
  readonly limit: number
  /** The cost of the whole supernet, and the lowest of a legal architecture. */
  readonly whole: number
  readonly least: number
  /**
   * The sizes that the search passes, in falling order: larger budgets or, under a tolerance, the sizes that
   * may be tried at the end.
   */
  readonly menu?: readonly MenuSize[]
  /** The share by which the validation error may exceed that of `against`, both retrained. */
  readonly tolerance?: number
  /** What the tolerance is held against: the unpruned supernet, which is the default, or the best size. */
  readonly against?: 'unpruned' | 'best'
}

/** A size for which the architecture is kept while the search continues below it. */
export interface MenuSize {
  /** The size as it was given: a value or a share. */
  readonly size: number
  readonly limit: number
  /**
   * The number of iterations after which it is kept. Under a tolerance, it is kept as soon as the supernet is
   * that small.
   */
  readonly at?: number
}

/** A compiled schedule: λ[t, k] of every term, run-length coded. */
export interface Schedule {
  readonly name: string
  readonly steps: number
  readonly phases: readonly CompiledPhase[]
  readonly losses: { readonly task: readonly Segment[]; readonly reconstruction: readonly Segment[] }
  /** The columns in the order of their layers. */
  readonly columns: readonly ScheduleColumn[]
  readonly prune: PruneRules
  /** The entries with the order `clearest-first`. */
  readonly turns: readonly Turns[]
  readonly budget?: Budget
  readonly replay?: Replay
}
