import type * as tf from '@tensorflow/tfjs-core'
import type { RelaxationName } from '../../supernet/relaxation.js'
import type { GateGroup } from '../../supernet/types.js'

/** What a term can act on. */
export type Part = 'weights' | 'gates'

/** A term on weight arrays: R sums `value` over the layer's kernels. Give a gradient or a proximal operator. */
export interface WeightAction {
  /**
   * How an optimizer does it in its own step: `decay` for R = ½‖w‖², `threshold` for R = ‖w‖₁. Then
   * neither gradient nor proximal operator is called while training.
   */
  readonly form?: 'decay' | 'threshold'
  /** R of one array, a scalar. */
  value(w: tf.Tensor): tf.Scalar
  /** ∂R/∂w. */
  readonly gradient?: (w: tf.Tensor) => tf.Tensor
  /** argmin_v ½‖v − w‖² + strength · R(v). */
  readonly proximal?: (w: tf.Tensor, strength: number) => tf.Tensor
}

/** A term on a gate group's mixture weights, [M]: R sums `value` over the layer's groups. */
export interface GateAction {
  /** R of one group, a scalar; differentiable unless there is a proximal operator. */
  value(mixture: tf.Tensor1D, group: GateGroup): tf.Scalar
  /** argmin over v ≥ 0 of ½‖v − z‖² + strength · R(v), strength a scalar tensor ≥ 0. */
  proximal?(z: tf.Tensor1D, strength: tf.Scalar): tf.Tensor1D
  /** Relaxations that it makes no sense on, each with the reason. */
  readonly refused: Readonly<Partial<Record<RelaxationName, string>>>
}

/** One additive regularizer R_i. */
export interface Term {
  readonly name: string
  /** One sentence: what it pushes towards, its unit, its source. */
  readonly description: string
  readonly weights?: WeightAction
  readonly gates?: GateAction
}
