import type { GateGroup, MemberMetric } from '../supernet/types.js'
import type { LambdaRow } from './table.js'

/** The expected cost of a layer's choices. */
export interface LayerCost {
  readonly layer: string
  /**
   * The cost by the current gates: in a choice, each member counts by its share; of units, as many as count.
   */
  readonly expected: number
  /** The cost with the cheapest members that a legal architecture may keep. */
  readonly least: number
}

/** The expected cost of the derived network: `fixed` plus all layers. */
export interface ExpectedCosts {
  /** The cost that no choice can remove. */
  readonly fixed: number
  readonly layers: readonly LayerCost[]
  /** The cost of the average member at the beginning, which is the unit in which terms count costs. */
  readonly unit: number
}

/** A change of the λ of a column. */
export interface LambdaMove {
  readonly column: number
  readonly by: number
}

/** The state of the search one step ahead, for a given λ. */
export interface LookAhead {
  /** The task loss on a batch of `arch`. */
  readonly loss: number
  /**
   * The open share of the supernet's cost: 1 if all members count equally, less if gates close some of them.
   */
  readonly cost: number
  /** The derivatives of both with respect to the λ of each move. */
  readonly slopes: readonly { readonly loss: number; readonly cost: number }[]
}

/** What a source may observe before it gives the λ of an iteration. Observing does not change the search. */
export interface Observed {
  /** The current mixture weights of all groups, by group and member. This costs a read from the device. */
  gateValues(): Record<string, Record<string, number>>
  readonly supernet: { readonly groups: readonly GateGroup[] }
  /**
   * The task loss if a member replaces its group alone, on each of several batches, which are the same for
   * all members. Undefined without rows. This costs one pass per batch.
   */
  lossesAlone(group: string, member: string): readonly number[] | undefined
  /**
   * The schedule's λ of this iteration, with turns assigned to the choices that took them: see `turns.ts`.
   */
  turned(row: LambdaRow): LambdaRow
  /** The expected costs of the layers with gates. This costs a read from the device for each. */
  costs(metric: MemberMetric): ExpectedCosts
  /**
   * Takes the step of iteration t on its batch with a given λ, and undoes it. Moves must be of columns on
   * gates. This costs two passes, and for each move a step of a layer's gates. Undefined if no gate would
   * move.
   */
  lookAhead(row: LambdaRow, metric: MemberMetric, moves: readonly LambdaMove[]): LookAhead | undefined
}
