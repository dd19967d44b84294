import { entropy } from './entropy.js'
import { l1 } from './l1.js'
import { l2 } from './l2.js'
import { parameters } from './parameters.js'
import type { Term } from './types.js'

/** The registry of terms: one file and one line each. */
export const terms: readonly Term[] = [l1, l2, entropy, parameters]
