import * as tf from '@tensorflow/tfjs-core'
import { gather } from '../data/batches.js'
import type { PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import type { BatchingOptions } from '../search/batching.js'
import { predict, taskOutputs } from '../search/evaluate.js'
import { discreteNetwork } from '../search/network.js'
import { withNetwork } from './measure.js'

/** A trained network whose outputs another one learns. */
export interface Teacher {
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Says what a teacher says of rows; frees it in the end. */
export interface Lessons {
  readonly taught: NonNullable<BatchingOptions['taught']>
  dispose(): void
}

/**
 * What a teacher says of batches: of rows that never change it is asked once, of augmented ones each time, for it must see
 * what the student sees (Beyer et al., arXiv:2106.05237).
 */
export function lessonsOf(
  { graph, values }: Teacher,
  data: PreparedData,
  rows: Uint32Array,
  augmented: boolean,
): Lessons {
  if (augmented) {
    const store = ParameterStore.filled(graph, values)
    const network = discreteNetwork(graph, store)
    return {
      taught: (inputs, { length }) => predict(network, tf.tensor(inputs, [length, ...data.dataset.shape])),
      dispose: () => store.dispose(),
    }
  }
  const known = withNetwork(graph, values, (network) => taskOutputs(network, data, rows))
  const width = known.length / rows.length
  const places = new Uint32Array(data.dataset.rows)
  rows.forEach((row, place) => (places[row] = place))
  return {
    taught: (_, wanted) =>
      gather(
        known,
        width,
        wanted.map((row) => places[row]!),
      ),
    dispose: () => undefined,
  }
}
