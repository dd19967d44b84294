import { gates } from './gates.js'
import { gumbelSoftmax } from './gumbel-softmax.js'
import { sigmoid } from './sigmoid.js'
import { softmax } from './softmax.js'
import type { Relaxation, RelaxationName } from './types.js'

/** The registry of relaxations: one file and one line each. */
export const relaxations: Readonly<Record<RelaxationName, Relaxation>> = {
  gates,
  softmax,
  sigmoid,
  'gumbel-softmax': gumbelSoftmax,
}
