import type { GateGroup, MemberMetric } from '../supernet/types.js'
import type { LambdaRow } from './table.js'

/** What a layer's choices are expected to cost. */
export interface LayerCost {
  readonly layer: string
  /** As the gates stand: of a choice each member times its share; of units as many as count. */
  readonly expected: number
  /** With the cheapest members that a legal architecture may keep. */
  readonly least: number
}

/** What the derived network is expected to cost: `fixed` and all layers. */
export interface ExpectedCosts {
  /** What no choice can take away. */
  readonly fixed: number
  readonly layers: readonly LayerCost[]
  /** What the average member costs at the beginning: the unit in which terms count costs. */
  readonly unit: number
}

/** A change of the λ of a column. */
export interface Move {
  readonly column: number
  readonly by: number
}

/** The search one step ahead, with a given λ. */
export interface LookAhead {
  /** The task loss on a batch of `arch`. */
  readonly loss: number
  /** The share of the supernet's cost that is open: 1 where all members count alike, then what is left of it. */
  readonly cost: number
  /** How both answer to each move, for each unit of λ. */
  readonly slopes: readonly { readonly loss: number; readonly cost: number }[]
}

/** What a source of λ may look at before it says the λ of an iteration. Nothing of it changes the search. */
export interface Observed {
  /** Every group's mixture weights now, by group and member. Costs a read from the device. */
  gateValues(): Record<string, Record<string, number>>
  readonly supernet: { readonly groups: readonly GateGroup[] }
  /**
   * The task loss with one member of a group alone in its place, on each of some batches, the same ones for every member;
   * undefined without rows. Costs a pass for each.
   */
  alone(group: string, member: string): readonly number[] | undefined
  /** λ of this iteration as the schedule says it, its turns given to the choices that took them: see `turns.ts`. */
  turned(row: LambdaRow): LambdaRow
  /** What the layers with gates are expected to cost now. Costs a read from the device for each. */
  costs(metric: MemberMetric): ExpectedCosts
  /**
   * Takes iteration t's step with a λ, on its batch, and takes it back. Moves are of columns on gates. Costs two
   * passes, and a step of the gates of a layer for each move. Undefined where no gate would move.
   */
  lookAhead(row: LambdaRow, metric: MemberMetric, moves: readonly Move[]): LookAhead | undefined
}
