import { reduceSize } from './reduce-size.js'
import type { Operation } from './types.js'

/** No connection: zeros, which cost nothing. */
export const none: Operation = { name: 'none', parameterFree: true }

/** Identity; a factorized reduction if the size changes. */
export const skip: Operation = {
  name: 'skip',
  parameterFree: true,
  build: (b, x, { channels, stride, affine }) =>
    stride === 1 ? x : reduceSize(b, x, { channels, stride, affine }),
}

/**
 * Pooling, then batch norm without a scale, so that the output's size cannot compete with a gate. Published
 * discrete networks have no batch norm there: `poolNorm: 'drop'` leaves it out.
 */
export const maxPool3x3: Operation = {
  name: 'max-pool-3x3',
  parameterFree: true,
  build: (b, x, { stride }) =>
    b.batchNorm(b.maxPool(x, { kernel: 3, stride }), { affine: false, searchOnly: true }),
}

export const avgPool3x3: Operation = {
  name: 'avg-pool-3x3',
  parameterFree: true,
  build: (b, x, { stride }) =>
    b.batchNorm(b.avgPool(x, { kernel: 3, stride }), { affine: false, searchOnly: true }),
}

/**
 * N(0, 1) noise whatever the input is: the bad one of the two operations in RobustDARTS's space S4
 * (arXiv:1909.09656).
 */
export const noise: Operation = {
  name: 'noise',
  parameterFree: true,
  build: (b, x, { stride }) => b.noise(x, { stride }),
}
