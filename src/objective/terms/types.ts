import type * as tf from '@tensorflow/tfjs-core'
import type { CostTree } from '../../supernet/member-cost.js'
import type { RelaxationTraits } from '../../supernet/relaxations/types.js'
import type { GateGroup, MemberMetric, Supernet } from '../../supernet/types.js'

/** What a term can act on. */
export type Part = 'weights' | 'activations' | 'gates'

/**
 * A term on weight arrays: R sums `value` over the layer's kernels. Give a gradient or a proximal operator.
 */
export interface WeightAction {
  /**
   * The form in which an optimizer includes the term in its own step: `decay` for R = ½‖w‖², `threshold` for
   * R = ‖w‖₁. Then neither gradient nor proximal operator is called while training.
   */
  readonly form?: 'decay' | 'threshold'
  /** R of one array, a scalar. `initial` returns the array W₀ with which the search began. */
  value(w: tf.Tensor, initial: () => tf.Tensor): tf.Scalar
  /** ∂R/∂w. */
  readonly gradient?: (w: tf.Tensor, initial: () => tf.Tensor) => tf.Tensor
  /** argmin_v ½‖v − w‖² + strength · R(v). */
  readonly proximal?: (w: tf.Tensor, strength: number) => tf.Tensor
  /** Whether it reads W₀, which is only kept in memory if a term does. */
  readonly readsInitial?: boolean
}

/**
 * A term on the outputs of a layer: those of its nodes that other layers read, or that are outputs of the
 * network. R sums `value` over them.
 */
export interface ActivationAction {
  /**
   * R of one output h, [N, …features], as a mean over the examples; differentiable. `moved` is the output for
   * the inputs x + ε v, if `probe` is given.
   */
  value(h: tf.Tensor, moved: tf.Tensor): tf.Scalar
  /**
   * ε: the distance by which inputs are moved along a random direction v of signs ±1. This costs one and a
   * half passes more.
   */
  readonly probe?: number
}

/** The gates of one layer as its terms see them. */
export interface LayerGates {
  readonly supernet: Supernet
  /** The layer's groups, including those that are decided. */
  readonly groups: readonly GateGroup[]
  /** Mixture weights of any group, [M]; their average if the relaxation draws them. Differentiable. */
  readonly mixture: (group: string) => tf.Tensor1D
  /** α of any group, [M]. */
  readonly alpha: (group: string) => tf.Tensor1D
  /** The cost of each member, and the member of another group that contains a group. */
  readonly costs: () => CostTree
  /** The cost of the supernet's average member at the beginning: the unit in which terms count costs. */
  readonly costUnit: (metric: MemberMetric) => number
  /** The milliseconds of a member, from the measured table. */
  readonly latency: (group: GateGroup, member: string) => number
  /** Whether the term acts on a member; on all of `groups` if absent. */
  readonly selected?: (group: string, member: string) => boolean
}

/** Arrays of one layer's groups, by name. */
export type ByGroup = ReadonlyMap<string, tf.Tensor1D>

/** A term on a layer's gates. */
export interface GateAction {
  /**
   * The form in which the step of proximal gates includes the term: `threshold` for R = Σ|v|, `even` for R =
   * ½ Σ (v − v̄)² / v̄. Then neither `value` nor `proximal` is called while they train.
   */
  readonly form?: 'threshold' | 'even'
  /**
   * R of a layer, a scalar; differentiable unless there is a proximal operator. `eachGroup` sums over groups.
   */
  value(layer: LayerGates): tf.Scalar
  /**
   * argmin over v ≥ 0 of ½‖v − z‖² + strength · R(v), for all groups of a layer that still have a choice,
   * together. The strength is ≥ 0, a scalar or one number per member, and may differ by group: it is limited
   * where a group would otherwise close altogether.
   */
  proximal?(z: ByGroup, strength: (group: string) => tf.Tensor, groups: readonly GateGroup[]): ByGroup
  /**
   * The parts of a layer that a schedule may select. `groups`: R is a sum over groups, and is given the
   * selected ones. `members`: R is a sum over members as well; `value` leaves out those that are not
   * `selected`, and `proximal` has strength 0 for them. By default it acts on whole layers.
   */
  readonly selects?: 'groups' | 'members'
  /** Returns why the term makes no sense on a relaxation, or nothing if it does. */
  refuses?(relaxation: RelaxationTraits): string | undefined
  /** What the term needs from the configuration. */
  readonly needs?: 'latency'
}

/** One additive regularizer R_i. */
export interface Term {
  readonly name: string
  /** One sentence: what it pushes towards, its unit, its source. */
  readonly description: string
  readonly weights?: WeightAction
  readonly activations?: ActivationAction
  readonly gates?: GateAction
}
