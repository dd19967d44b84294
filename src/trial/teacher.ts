import * as tf from '@tensorflow/tfjs-core'
import { nextTurn } from '../base/next-turn.js'
import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import type { BatchingOptions } from '../train/batching.js'
import { predict, taskOutputs } from '../train/evaluate.js'
import { discreteNetwork } from '../train/network.js'
import { withNetwork } from './measure.js'

/** A trained network whose outputs another one learns, and their share of its loss. */
export interface Teacher {
  readonly share: number
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Rows that a teacher is asked about in one turn of the event loop. */
const stretch = 2048

/** Says what a teacher says of rows; frees it in the end. */
export interface Lessons {
  readonly taught: NonNullable<BatchingOptions['taught']>
  dispose(): void
}

/**
 * What a teacher says of batches: of rows that never change it is asked once, of augmented ones each time, for it must see
 * what the student sees (Beyer et al., arXiv:2106.05237).
 */
export async function lessonsOf(
  { graph, values }: Teacher,
  data: PreparedData,
  rows: Uint32Array,
  augmented: boolean,
): Promise<Lessons> {
  if (augmented) {
    const store = ParameterStore.filled(graph, values)
    const network = discreteNetwork(graph, store)
    return {
      taught: (inputs, { length }) => predict(network, tf.tensor(inputs, [length, ...data.dataset.shape])),
      dispose: () => store.dispose(),
    }
  }
  const width = outputsOf(data.dataset.task)
  const known = new Float32Array(rows.length * width)
  for (let from = 0; from < rows.length; from += stretch) {
    const some = rows.subarray(from, from + stretch)
    known.set(
      withNetwork(graph, values, (network) => taskOutputs(network, data, some)),
      from * width,
    )
    // Lets signals and other work of the process through.
    await nextTurn()
  }
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
