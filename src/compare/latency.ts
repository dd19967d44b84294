import { quantile } from '../base/quantile.js'
import type { PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { predictRows } from '../train/evaluate.js'
import { withNetwork } from '../trial/with-network.js'

/** Predictions before time is taken, and those that are timed. */
const [warm, timed] = [10, 50]

/** A network with its values. */
interface Trained {
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/**
 * The median seconds of a prediction for one row. `predict` is called for single rows of `train`, whose
 * inputs are no secret: the test rows are looked at only for the error.
 */
export function predictionSeconds(
  predict: (rows: Uint32Array) => unknown,
  { splits: { train } }: PreparedData,
): number {
  const times = Array.from({ length: warm + timed }, (_, i) => {
    const row = train.subarray(i % train.length, (i % train.length) + 1)
    const start = performance.now()
    predict(row)
    return (performance.now() - start) / 1000
  })
  return quantile(Float64Array.from(times.slice(warm)).sort(), 0.5)
}

/** The same of a network, on the present backend. Frees every tensor that it allocates. */
export const networkSeconds = ({ graph, values }: Trained, data: PreparedData): number =>
  withNetwork(graph, values, (network) => predictionSeconds((rows) => predictRows(network, data, rows), data))
