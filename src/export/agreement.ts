import type { PreparedData } from '../data/types.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { predictRows } from '../train/evaluate.js'
import { discreteNetwork } from '../train/network.js'
import type { PlainNetwork } from './fold.js'
import { softmax } from '../objective/softmax.js'

/** How much an exported model differs from the network from which it was made. */
export interface Verification {
  readonly rows: number
  /**
   * ‖exported − network‖ / ‖network‖ over all predictions. Values are in standard deviations from the
   * targets' mean, and the root mean square of the network's is taken as at least 1.
   */
  readonly relativeError: number
  /** The largest |exported − network|, in probabilities, or in standard deviations of the targets. */
  readonly largestDifference: number
  /** The number of rows in which the most probable class differs by more than rounding can explain. */
  readonly differentClasses: number
}

/** What a comparison found, and on which rows. */
export interface Verified extends Verification {
  readonly split: 'test' | 'validation' | 'train'
}

/** The relative error above which a model is not exported. */
export const tolerance = 1e-4

/** Throws if a model does not agree with its network; `name` begins the message. */
export function requireSame({ rows, relativeError, differentClasses }: Verification, name: string): void {
  if (relativeError <= tolerance && differentClasses === 0) return
  throw new Error(
    `${name}: the exported model differs from the network: relative error ${relativeError.toExponential(1)}, ${differentClasses} of ${rows} classes`,
  )
}

/** What a network predicts for some rows: probabilities, or values in original units, rows × width. */
export function networkPredictions(
  { graph, values }: PlainNetwork,
  data: PreparedData,
  rows: Uint32Array,
): Float64Array {
  const store = ParameterStore.filled(graph, values)
  try {
    const outputs = predictRows(discreteNetwork(graph, store), data, rows)
    return data.dataset.task.kind === 'classification' ? softmax(outputs, rows.length) : outputs
  } finally {
    store.dispose()
  }
}

/** Compares what a model predicts for some rows with what its network does, rows × width each. */
export function agreement(
  expected: Float64Array,
  got: Float64Array,
  rows: number,
  data: PreparedData,
): Verification {
  const isClass = data.dataset.task.kind === 'classification'
  const square = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0)
  // Values may be far from 0, so that errors are judged relative to their spread around the mean.
  const { mean, std } = data.scaler.target
  const z = (values: Float64Array) =>
    isClass ? values : values.map((y, i) => (y - mean[i % mean.length]!) / std[i % std.length]!)
  const [wanted, actual] = [z(expected), z(got)]
  const norm = Math.max(square(wanted), isClass ? Number.MIN_VALUE : wanted.length)
  const differences = wanted.map((value, i) => value - actual[i]!)
  const relativeError = Math.sqrt(square(differences) / norm)
  const largestDifference = differences.reduce((most, each) => Math.max(most, Math.abs(each)), 0)
  let differentClasses = 0
  const width = expected.length / rows
  for (let row = 0; isClass && row < rows; row++) {
    const e = expected.subarray(row * width, (row + 1) * width)
    const g = got.subarray(row * width, (row + 1) * width)
    // If two classes are equally likely, rounding decides which one is chosen.
    const chosen = e[g.indexOf(Math.max(...g))] ?? NaN
    if (!(Math.max(...e) - chosen <= tolerance)) differentClasses++
  }
  return { rows, relativeError, largestDifference, differentClasses }
}
