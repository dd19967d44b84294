import * as tf from '@tensorflow/tfjs-core'
import { quantile } from '../base/quantile.js'
import { randomSource } from '../base/random.js'
import type { PlainNetwork } from '../export/fold.js'
import { toLayersModel } from '../export/layers.js'
import { bareOnnx } from '../export/onnx/bare.js'
import { onnxSession } from '../export/onnx/runtime.js'
import type { OnnxSession } from '../export/onnx/session.js'
import type { Feed } from '../export/onnx/raw-inputs.js'
import type { Shape } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { sizeOf } from '../nn/primitives/types.js'
import { run } from '../nn/run.js'

/**
 * What can run a network: Sentei's own kernels, as in training; a LayersModel of TensorFlow.js; or its ONNX
 * model.
 */
export const runtimeNames = ['sentei', 'tfjs', 'onnxruntime-web'] as const
export type RuntimeName = (typeof runtimeNames)[number]

/** A network that is ready to run on one example. */
export interface Runner {
  /** Runs it once, until its output can be read. */
  readonly once: () => Promise<void> | void
  /** Frees its memory. */
  readonly dispose: () => Promise<void> | void
}

/** Whether a runtime computes equal operations on the same input once. */
export const sharesEqual: Readonly<Record<RuntimeName, boolean>> = {
  sentei: true,
  tfjs: false,
  'onnxruntime-web': true,
}

/** Makes a network ready to run in each runtime. The backend of TensorFlow.js was chosen before. */
export const runners: Readonly<Record<RuntimeName, (network: PlainNetwork) => Promise<Runner> | Runner>> = {
  sentei({ graph, values }) {
    const store = ParameterStore.filled(graph, values)
    const input = randomInput(inputShape(graph))
    const once = () =>
      tf.tidy(() => {
        const { task } = run(graph, ['task'], {
          input,
          training: false,
          parameter: (name) => store.get(name),
          mixture: noGates,
          statistics: new Map(),
        })
        task.dataSync()
      })
    return {
      once,
      dispose() {
        store.dispose()
        input.dispose()
      },
    }
  },
  tfjs({ graph, values }) {
    const shape = inputShape(graph)
    const scale = (size: number) => ({ mean: Array<number>(size).fill(0), std: Array<number>(size).fill(1) })
    const output = graph.nodes.find(({ id }) => id === graph.outputs.task)!.shape.at(-1)!
    const model = toLayersModel({
      name: 'network',
      graph,
      values,
      scales: { input: scale(shape.at(-1)!), target: scale(output) },
      task: { kind: 'regression', outputs: [] },
    })
    return layersRunner(model, shape)
  },
  async 'onnxruntime-web'(network) {
    const session = await onnxSession(bareOnnx(network), 'runs the network')
    return onnxRunner(session, [randomOnnxFeed(network)])
  },
}

/** A random example for a network's `bareOnnx`. */
export function randomOnnxFeed({ graph }: PlainNetwork): Feed {
  const shape = inputShape(graph)
  const values = randomSource(1).stream('latency').normals(sizeOf(shape))
  return { name: 'x', type: 'float', dims: [1, shape.at(-1)!, ...shape.slice(0, -1)], values }
}

/** Something that predicts from a tensor: a LayersModel. */
interface Predictor {
  readonly predict: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]
  readonly dispose: () => unknown
}

/** A LayersModel, ready to run on one random example of a shape. Takes ownership of the model. */
export function layersRunner(model: Predictor, shape: Shape): Runner {
  const input = randomInput(shape)
  return {
    once: () => tf.tidy(() => void (model.predict(input) as tf.Tensor).dataSync()),
    dispose() {
      model.dispose()
      input.dispose()
    },
  }
}

/** An ONNX model, ready to run on given inputs. Takes ownership of the session. */
export const onnxRunner = (session: OnnxSession, feeds: readonly Feed[]): Runner => ({
  once: async () => void (await session.run(feeds)),
  dispose: () => session.release(),
})

/** Milliseconds of one example. */
export interface Latencies {
  readonly p50: number
  readonly p95: number
  /** The shortest run: what other work on the machine changes least. */
  readonly least: number
}

/** How networks are timed. */
export interface Timing {
  /** The fewest runs that are timed; more if they take less than 30 ms together. */
  readonly runs: number
  /**
   * The milliseconds of runs before those, 40 by default. The first network of a process needs more: see
   * `thoroughMs`.
   */
  readonly warmUpMs?: number
  /** After so many milliseconds a few runs are enough; without it, all are timed however long they take. */
  readonly mostMs?: number
}

/**
 * How long the first network of a process warms its runtime up, in milliseconds: it is twice as fast once the
 * engine has compiled it thoroughly.
 */
export const thoroughMs = 2000

const timingMs = 30
const warmUpRuns = 10

/** However long runs take, so many are timed. */
const fewest = 5

/** Times runs of a network, behind some that only warm up. */
export async function timeRuns(
  { once }: Runner,
  { runs, warmUpMs = 40, mostMs = Infinity }: Timing,
): Promise<Latencies> {
  const warmsUp = (done: number, spent: number): boolean =>
    done < fewest || (spent < mostMs && (done < warmUpRuns || spent < warmUpMs))
  const begin = performance.now()
  for (let n = 0; warmsUp(n, performance.now() - begin); n++) await once()
  const times: number[] = []
  const isEnough = (total: number) =>
    times.length >= fewest && (total > mostMs || (times.length >= runs && total >= timingMs))
  for (let total = 0; !isEnough(total); total += times.at(-1)!) {
    const start = performance.now()
    await once()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), least: times[0]! }
}

/** Times a network in a runtime. */
export async function timeNetwork(
  runtime: RuntimeName,
  network: PlainNetwork,
  timing: Timing,
): Promise<Latencies> {
  const runner = await runners[runtime](network)
  try {
    return await timeRuns(runner, timing)
  } finally {
    await runner.dispose()
  }
}

const inputShape = ({ nodes }: PlainNetwork['graph']): Shape =>
  nodes.find(({ kind }) => kind === 'input')!.shape

const randomInput = (shape: Shape): tf.Tensor => tf.randomNormal([1, ...shape], 0, 1, 'float32', 1)

const noGates = (group: string): never => {
  throw new Error(`a timed network has no gates: ${group}`)
}
