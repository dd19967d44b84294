import { nextTurn } from '../base/next-turn.js'
import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import type { BatchingOptions } from '../train/batching.js'
import { taskOutputs } from '../train/evaluate.js'
import { recordedOutputs } from '../train/recorded-outputs.js'
import { discreteNetwork } from '../train/network.js'

/** From whose outputs a network learns, with their share of its loss. */
export type Teacher = NetworkTeacher | KnownTeacher

/** A trained network. */
export interface NetworkTeacher {
  readonly share: number
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Anything else whose outputs for some rows are known, as a network gives them: logits, or scaled values. */
export interface KnownTeacher {
  readonly share: number
  readonly outputs: (rows: Uint32Array) => ArrayLike<number>
}

/** The number of rows that a teacher predicts in one turn of the event loop. */
const stretch = 2048

/** The predictions of a teacher for batches. The caller disposes it. */
export interface Lessons {
  readonly taught: NonNullable<BatchingOptions['taught']>
  dispose(): void
}

/**
 * The predictions of a teacher. Rows that never change are predicted once. Augmented rows are predicted in
 * every batch, because the teacher must see the same inputs as the student (Beyer et al., arXiv:2106.05237).
 */
export async function lessonsOf(
  teacher: Teacher,
  data: PreparedData,
  rows: Uint32Array,
  augmented: boolean,
): Promise<Lessons> {
  const width = outputsOf(data.dataset.task)
  if ('outputs' in teacher) return lessonsIn(Float32Array.from(teacher.outputs(rows)), width, data, rows)
  const { graph, values } = teacher
  const store = ParameterStore.filled(graph, values)
  const network = discreteNetwork(graph, store)
  if (augmented)
    return {
      taught: (inputs, { length }) => recordedOutputs(network, inputs, length, data.dataset.shape),
      dispose: () => store.dispose(),
    }
  const known = new Float32Array(rows.length * width)
  for (let from = 0; from < rows.length; from += stretch) {
    const some = rows.subarray(from, from + stretch)
    known.set(taskOutputs(network, data, some), from * width)
    // Lets signals and other work of the process run.
    await nextTurn()
  }
  store.dispose()
  return lessonsIn(known, width, data, rows)
}

/** Predictions of rows that are known, rows × width. */
function lessonsIn(
  known: Float32Array,
  width: number,
  { dataset }: PreparedData,
  rows: Uint32Array,
): Lessons {
  const places = new Uint32Array(dataset.rows)
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
