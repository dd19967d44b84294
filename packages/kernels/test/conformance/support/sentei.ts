/**
 * What the suites borrow of Sentei: how other backends start, and the functions that compose what those lack,
 * which conform as kernels do.
 */
export { useBackend, type BackendName } from '../../../../../src/backend/index.js'
export { randomSource } from '../../../../../src/base/random.js'
export { accumulate } from '../../../../../src/nn/functions/accumulate.js'
export { drawn } from '../../../../../src/nn/functions/drawn.js'
export { applySlope } from '../../../../../src/nn/functions/norm-slope.js'
export { losses, type LossName } from '../../../../../src/objective/losses.js'
export { relativeError } from '../../../../../test/helpers/numeric.js'
