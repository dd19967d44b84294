import type { Part } from '../objective/terms/types.js'
import { disposeGradients } from './gradients.js'
import type { Gradients } from './shard.js'

/** Arrays that a step reads and writes. Those of a pass are there until the next pass, all others last. */
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

/** A forward and a backward pass over a batch. A part that does not move gets no gradient, even if it is asked for. */
export interface Pass {
  readonly of: readonly Part[]
  /** The split from which the batch comes. */
  readonly on: 'train' | 'arch'
  /** The network as it is; with one path drawn for each open choice; or one step of its weights ahead. */
  readonly through: 'network' | 'single-paths' | 'step-ahead'
}

/** What may follow a pass, and which arrays it takes from where to where. */
export const updates = {
  /** Smooth terms join the gradient, it is clipped, the optimizer steps, proximal operators act. */
  'step-weights': {
    reads: ['weights’ gradients', 'weights', 'weights’ slots'],
    writes: ['weights', 'weights’ slots'],
  },
  /** Batch norms' moving averages. */
  'move-statistics': { reads: ['batch statistics', 'statistics'], writes: ['statistics'] },
  /** The unit of gradients on gates takes in those of the pass. */
  'scale-gates': { reads: ['α’s gradients', 'gates’ scale'], writes: ['gates’ scale'] },
  'step-gates': {
    reads: ['α’s gradients', 'gates’ scale', 'α', 'α’s slots'],
    writes: ['α', 'α’s slots'],
  },
  /** Keeps the gradients of gates, for questions about what moved them. */
  'keep-gradients': { reads: ['α’s gradients', 'gates’ scale'], writes: ['gates’ last gradients'] },
  /** The average of weights that is judged. */
  'move-average': { reads: ['weights', 'statistics', 'average'], writes: ['average'] },
  'add-losses': { reads: ['losses', 'sums of losses'], writes: ['sums of losses'] },
} as const satisfies Record<string, { reads: readonly ArrayKind[]; writes: readonly ArrayKind[] }>

export type Update = keyof typeof updates

/** What happens in one step of a training, in this order. Plain data: it is performed here, and can be compiled. */
export type StepOrder = readonly (Pass | Update)[]

/** Arrays that an entry of an order reads and writes. */
export function effectsOf(entry: Pass | Update): {
  readonly reads: readonly ArrayKind[]
  readonly writes: readonly ArrayKind[]
} {
  return typeof entry === 'string' ? updates[entry] : { reads: ['weights', 'α'], writes: passArrays }
}

/** The step of a network without gates to move. */
export const weightsOrder = (average: boolean): StepOrder => [
  { of: ['weights'], on: 'train', through: 'network' },
  'step-weights',
  'move-statistics',
  ...(average ? (['move-average'] as const) : []),
  'add-losses',
]

/** Who does what an order says, in a step that `now` tells of. */
export type Hands<Now> = {
  /** The gradients are the performance's. */
  pass(pass: Pass, now: Now): Gradients
} & Partial<Record<Update, (gradients: Gradients, now: Now) => void>>

/** Performs a step. Frees the gradients of its passes. */
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
