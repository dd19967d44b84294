import { nextTurn } from '../base/next-turn.js'
import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { softmax } from '../objective/softmax.js'
import type { BatchingOptions, FurtherRows } from '../train/batching.js'
import { inputOutputs, taskOutputs } from '../train/evaluate.js'
import { recordedOutputs } from '../train/recorded-outputs.js'
import { discreteNetwork } from '../train/network.js'
import { furtherInputs, type Further, type FurtherOptions } from './further-rows.js'

/** From whose outputs a network learns, with their share of its loss. */
export type Teacher = NetworkTeacher | KnownTeacher

/** Trained networks, which teach by the mean of their outputs. */
export interface NetworkTeacher {
  readonly share: number
  readonly networks: readonly TrainedNetwork[]
}

/** A network with the values of its parameters. */
export interface TrainedNetwork {
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Anything else whose outputs for some rows are known, as a network gives them: logits, or scaled values. */
export interface KnownTeacher {
  readonly share: number
  readonly outputs: (rows: Uint32Array) => ArrayLike<number>
  /** The outputs for each row of `data.unlabelled`, if they are known as well. */
  readonly unlabelled?: Float32Array | undefined
}

/** The number of rows that a teacher predicts in one turn of the event loop. */
const stretch = 2048

/** What a teacher says of batches. The caller disposes it. */
export interface Lessons {
  readonly taught: NonNullable<BatchingOptions['taught']>
  readonly further: readonly FurtherRows[]
  dispose(): void
}

/** What lessons are about, beside rows as they are. */
export interface LessonOptions extends FurtherOptions {
  /** Whether rows change from batch to batch. */
  readonly augmented: boolean
}

/**
 * The predictions of a teacher for `rows`. Rows that never change are predicted once, and so are rows that
 * have no target or are made. Augmented rows are predicted in every batch, because the teacher must see the same inputs as the
 * student (Beyer et al., arXiv:2106.05237). A teacher that only knows the rows says nothing of made ones.
 */
export async function lessonsOf(
  teacher: Teacher,
  data: PreparedData,
  rows: Uint32Array,
  { augmented, ...options }: LessonOptions,
): Promise<Lessons> {
  const { shape, task } = data.dataset
  const width = outputsOf(task)
  if ('outputs' in teacher) {
    const taught = byRow(Float32Array.from(teacher.outputs(rows)), width, data, rows)
    return { taught, further: knownFurther(teacher, data, rows, options), dispose: () => undefined }
  }
  const stores = teacher.networks.map(({ graph, values }) => ParameterStore.filled(graph, values))
  const networks = teacher.networks.map(({ graph }, i) => discreteNetwork(graph, stores[i]!))
  const dispose = () => stores.forEach((store) => store.dispose())
  const said = (inputs: Float32Array, count: number) =>
    meanOf(networks.map((network) => inputOutputs(network, inputs, count, shape)))
  const further: FurtherRows[] = []
  for (const given of furtherInputs(data, rows, options)) further.push(await withLessons(data, given, said))
  if (augmented)
    return {
      taught: (inputs, { length }) =>
        meanOf(networks.map((network) => recordedOutputs(network, inputs, length, shape))),
      further,
      dispose,
    }
  const known = await inStretches(rows.length, width, (from, to) =>
    meanOf(networks.map((network) => taskOutputs(network, data, rows.subarray(from, to)))),
  )
  dispose()
  return { taught: byRow(known, width, data, rows), further, dispose: () => undefined }
}

/** The mean of several networks' outputs. Of logits, that is the geometric mean of their probabilities. */
export function meanOf([first, ...others]: readonly Float32Array[]): Float32Array {
  if (others.length === 0) return first!
  const count = 1 + others.length
  return first!.map((value, i) => others.reduce((sum, each) => sum + each[i]!, value) / count)
}

/** Outputs of many rows, in turns of the event loop, so that signals and other work of the process run. */
async function inStretches(
  rows: number,
  width: number,
  outputs: (from: number, to: number) => Float32Array,
): Promise<Float32Array> {
  const all = new Float32Array(rows * width)
  for (let from = 0; from < rows; from += stretch) {
    all.set(outputs(from, Math.min(rows, from + stretch)), from * width)
    await nextTurn()
  }
  return all
}

/** The rows of `data.unlabelled` with what a teacher is known to say of them. */
const knownFurther = (
  { unlabelled }: KnownTeacher,
  data: PreparedData,
  rows: Uint32Array,
  options: FurtherOptions,
): FurtherRows[] =>
  unlabelled
    ? furtherInputs(data, rows, { ...options, made: undefined }).map(({ of, ...further }) =>
        withTargets(data, further, of ? gather(unlabelled, outputsOf(data.dataset.task), of) : unlabelled),
      )
    : []

/** Further rows with what the teacher says of them, also as targets. */
async function withLessons(
  data: PreparedData,
  { count, perRow, inputs }: Further,
  said: (inputs: Float32Array, rows: number) => Float32Array,
): Promise<FurtherRows> {
  const size = inputs.length / count
  const taught = await inStretches(count, outputsOf(data.dataset.task), (from, to) =>
    said(inputs.subarray(from * size, to * size), to - from),
  )
  return withTargets(data, { count, perRow, inputs }, taught)
}

function withTargets(
  { dataset: { task } }: PreparedData,
  further: Omit<Further, 'of'>,
  taught: Float32Array,
): FurtherRows {
  const targets =
    task.kind === 'classification'
      ? Float32Array.from(softmax(Float64Array.from(taught), further.count))
      : taught
  return { ...further, taught, targets }
}

/** Looks up predictions of rows that are known, rows × width. */
function byRow(
  known: Float32Array,
  width: number,
  { dataset }: PreparedData,
  rows: Uint32Array,
): Lessons['taught'] {
  const places = new Uint32Array(dataset.rows)
  rows.forEach((row, place) => (places[row] = place))
  return (_, wanted) =>
    gather(
      known,
      width,
      wanted.map((row) => places[row]!),
    )
}
