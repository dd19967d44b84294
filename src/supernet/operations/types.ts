import type { GraphBuilder } from '../../nn/builder.js'

export interface OperationContext {
  /** Output channels. */
  readonly channels: number
  /** 1, or more if the size is reduced. */
  readonly stride: number
  /**
   * Whether the batch norms have a trained scale and offset: not in a supernet, where these could undo the
   * gates.
   */
  readonly affine: boolean
}

/**
 * A candidate operation: nodes between an input and an output of [H / stride, W / stride, channels], or
 * [T / stride, channels].
 */
export interface Operation {
  readonly name: string
  /** Whether it learns nothing (skip, pooling, none), which collapse alarms count. */
  readonly parameterFree?: boolean
  /**
   * Builds the operation. The operation that carries nothing has no `build`: it competes, but by default no
   * edge ends with it.
   */
  readonly build?: (b: GraphBuilder, x: string, context: OperationContext) => string
}
