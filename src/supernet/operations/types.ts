import type { GraphBuilder } from '../../nn/builder.js'

export interface OperationContext {
  /** Output channels. */
  readonly channels: number
  /** 1, or more if the size is reduced. */
  readonly stride: number
  /** Trained scale and offset in the batch norms: off in a supernet, where they could undo the gates. */
  readonly affine: boolean
}

/** A candidate operation: nodes between an input and an output of [H / stride, W / stride, channels], or [T / stride, channels]. */
export interface Operation {
  readonly name: string
  /** Is it one of the operations that carry the signal on without learning anything (for collapse alarms)? */
  readonly parameterFree?: boolean
  /** Left out by the operation that carries nothing: it competes, but no edge ends with it. */
  readonly build?: (b: GraphBuilder, x: string, context: OperationContext) => string
}
