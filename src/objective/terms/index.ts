import { activationL1 } from './activation-l1.js'
import { contractive } from './contractive.js'
import { depth } from './depth.js'
import { distanceToInit } from './distance-to-init.js'
import { entropy } from './entropy.js'
import { flops } from './flops.js'
import { groupLasso } from './group-lasso.js'
import { hoyer } from './hoyer.js'
import { l1 } from './l1.js'
import { l2 } from './l2.js'
import { latency } from './latency.js'
import { logSumExp } from './log-sum-exp.js'
import { orthogonality } from './orthogonality.js'
import { parameters } from './parameters.js'
import { skipShare } from './skip-share.js'
import type { Term } from './types.js'
import { zeroOne } from './zero-one.js'

/** The registry of terms: one file and one line each. */
export const terms: readonly Term[] = [
  l1,
  l2,
  distanceToInit,
  orthogonality,
  activationL1,
  contractive,
  groupLasso,
  entropy,
  hoyer,
  logSumExp,
  zeroOne,
  skipShare,
  parameters,
  flops,
  depth,
  latency,
]
