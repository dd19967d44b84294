import { gates } from './gates.js'
import { gumbelSoftmax } from './gumbel-softmax.js'
import { sigmoid } from './sigmoid.js'
import { softmax } from './softmax.js'
import type { Relaxation } from './types.js'

/** The registry of relaxations: one file and one line each. */
export const relaxations = {
  gates,
  softmax,
  sigmoid,
  'gumbel-softmax': gumbelSoftmax,
} satisfies Readonly<Record<string, Relaxation>>

/** A relaxation that comes with Sentei. */
export type RelaxationName = keyof typeof relaxations
