import type { Part } from '../objective/terms/types.js'
import { disposeGradients } from './gradient-memory.js'
import type { Gradients } from './shard.js'

/** The arrays that a step reads and writes. Those of a pass exist until the next pass, all others persist. */
export type ArrayKind =
  | 'weights'
  | 'weights’ slots'
  | 'statistics'
  | 'average'
  | 'α'
  | 'α’s slots'
  | 'gates’ scale'
  | 'gates’ last gradients'
  | 'sums of losses'
  | PassArray

const passArrays = ['losses', 'weights’ gradients', 'α’s gradients', 'batch statistics'] as const
export type PassArray = (typeof passArrays)[number]

/**
 * A forward and a backward pass over a batch. A part that does not move gets no gradient, even if it is asked
 * for.
 */
export interface Pass {
  readonly of: readonly Part[]
  /** The split from which the batch comes. */
  readonly on: 'train' | 'arch'
  /**
   * `network`: the network as it is; `single-paths`: one path drawn for each open choice; `step-ahead`: the
   * weights after one further step.
   */
  readonly through: 'network' | 'single-paths' | 'step-ahead'
}

/** What may follow a pass, with the arrays that it reads and writes. */
export const updates = {
  /** Smooth terms join the gradient, which is then clipped; the optimizer steps; proximal operators act. */
  'step-weights': {
    reads: ['weights’ gradients', 'weights', 'weights’ slots'],
    writes: ['weights', 'weights’ slots'],
  },
  /** Updates the batch norms' moving averages. */
  'move-statistics': { reads: ['batch statistics', 'statistics'], writes: ['statistics'] },
  /** Updates the unit in which gradients on gates are measured with those of the pass. */
  'scale-gates': { reads: ['α’s gradients', 'gates’ scale'], writes: ['gates’ scale'] },
  'step-gates': {
    reads: ['α’s gradients', 'gates’ scale', 'α', 'α’s slots'],
    writes: ['α', 'α’s slots'],
  },
  /** Keeps the gradients of gates, to answer questions about what moved them. */
  'keep-gradients': { reads: ['α’s gradients', 'gates’ scale'], writes: ['gates’ last gradients'] },
  /** Updates the average of weights that is evaluated. */
  'move-average': { reads: ['weights', 'statistics', 'average'], writes: ['average'] },
  'add-losses': { reads: ['losses', 'sums of losses'], writes: ['sums of losses'] },
} as const satisfies Record<string, { reads: readonly ArrayKind[]; writes: readonly ArrayKind[] }>

export type UpdateName = keyof typeof updates

/**
 * What happens in one step of a training, in this order. It is plain data: `perform` executes it, and it can
 * be compiled.
 */
export type StepOrder = readonly (Pass | UpdateName)[]

/** The arrays that an entry of an order reads and writes. */
export function effectsOf(entry: Pass | UpdateName): {
  readonly reads: readonly ArrayKind[]
  readonly writes: readonly ArrayKind[]
} {
  return typeof entry === 'string' ? updates[entry] : { reads: ['weights', 'α'], writes: passArrays }
}

/** The order of a step of a network that has no gates to move. */
export const weightsOrder = (average: boolean): StepOrder => [
  { of: ['weights'], on: 'train', through: 'network' },
  'step-weights',
  'move-statistics',
  ...(average ? (['move-average'] as const) : []),
  'add-losses',
]

/** The functions that perform the entries of an order, in the step that `now` describes. */
export type Hands<Now> = {
  /** Performs a pass. `perform` owns the gradients and frees them. */
  pass(pass: Pass, now: Now): Gradients
} & Partial<Record<UpdateName, (gradients: Gradients, now: Now) => void>>

/** Performs a step, and frees the gradients of its passes. */
export function perform<Now>(order: StepOrder, hands: Hands<Now>, now: Now): void {
  let gradients: Gradients | undefined
  try {
    for (const entry of order) {
      if (typeof entry === 'string') hands[entry]!(gradients!, now)
      else {
        if (gradients) disposeGradients(gradients)
        gradients = hands.pass(entry, now)
      }
    }
  } finally {
    if (gradients) disposeGradients(gradients)
  }
}
