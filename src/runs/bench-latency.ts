import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import { bareOnnx } from '../export/onnx/bare.js'
import { readModel } from '../export/model-files.js'
import { rawFeedsOf, rawInputs } from '../export/onnx/raw-inputs.js'
import { onnxSession, runtimeVersion } from '../export/onnx/runtime.js'
import { readPreprocess } from '../export/preprocess.js'
import { latencyOf, type LatencyTable } from '../setup/latency.js'
import { readLatency } from '../setup/latency-file.js'
import { extensionsIn, setupTrial, type Extensions } from '../setup/setup-trial.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { restrictTo } from '../supernet/prune.js'
import type { Supernet } from '../supernet/types.js'
import { lastSearch } from './last-search.js'
import { memberTimes } from './member-times.js'
import { readNetwork } from './network-file.js'
import { isOnnx, readOnnx } from './opened-model.js'
import { modelFolder } from './predict-file.js'
import { readFinishedRun } from './run-folder.js'
import {
  layersRunner,
  onnxRunner,
  randomOnnxFeed,
  thoroughMs,
  timeRuns,
  type Latencies,
  type Runner,
  type RuntimeName,
} from './runtimes.js'

/** What runs exported models. */
export type ModelRuntime = Exclude<RuntimeName, 'sentei'>

export interface BenchLatencyOptions extends Extensions {
  /** The folder of a finished run or of a LayersModel, or an ONNX file. */
  readonly model: string
  /** By default both, as far as the model has their format and onnxruntime-web is installed. */
  readonly runtime?: ModelRuntime
  /** A table of `benchOperations`, by whose times the latency is predicted. */
  readonly table?: string
  /** The number of timed runs, 100 by default. */
  readonly runs?: number
  /**
   * The milliseconds of runs before those, 2,000 by default: a runtime is twice as fast once the engine has
   * compiled it thoroughly, which it does while it runs.
   */
  readonly warmUpMs?: number
}

/** How long a model takes for one example, in milliseconds. */
export interface ModelLatency extends Latencies {
  readonly runtime: ModelRuntime
  /** What the times of the run's operations predict; null without a run, or without operations. */
  readonly predicted: number | null
  /** Where these times are from: a table, or measured just now. */
  readonly by: 'table' | 'measured' | null
}

/** The number of timed runs of each operation if there is no table. */
const operationRuns = 30

/**
 * Measures how long a model takes for one example in TensorFlow.js (WebAssembly, without Sentei's kernels)
 * and in onnxruntime-web, each on one thread, and what the times of its operations predict. Throws an
 * InputError for a runtime that the model has no format for, or that is not installed.
 */
export async function benchLatency(options: BenchLatencyOptions): Promise<ModelLatency[]> {
  const { model, runtime, table, runs = 100, warmUpMs = thoroughMs } = options
  await useBackend('wasm', { plain: true })
  const formats = formatsOf(model)
  if (runtime !== undefined && !formats[runtime])
    throw new InputError(
      `${model}: expected a run or a model for ${runtime}, got one for ${Object.keys(formats).join()}; export the run in that format`,
    )
  const given = table === undefined ? undefined : readLatency(table, '.').table
  const latencies: ModelLatency[] = []
  for (const [name, start] of Object.entries(formats) as [ModelRuntime, () => Promise<Runner>][]) {
    if (runtime === undefined ? !(await isInstalled(name, formats)) : name !== runtime) continue
    const runner = await start()
    const times = await timeRuns(runner, { runs, warmUpMs })
    await runner.dispose()
    latencies.push({ runtime: name, ...times, ...(await prediction(options, name, given)) })
  }
  return latencies
}

/** Without a runtime to choose, a missing onnxruntime-web is no error if there is another format. */
const isInstalled = async (name: ModelRuntime, formats: object): Promise<boolean> =>
  name === 'tfjs' || Object.keys(formats).length === 1 || (await runtimeVersion()) !== undefined

const isRun = (folder: string): boolean => existsSync(join(folder, 'config.json'))

/** How a model begins to run in each runtime for which it has a format. */
function formatsOf(model: string): Partial<Record<ModelRuntime, () => Promise<Runner>>> {
  if (isOnnx(model)) return { 'onnxruntime-web': () => fileRunner(model) }
  const tfjs = async () => {
    const folder = modelFolder(model)
    return layersRunner(await readModel(folder), readPreprocess(folder).shape)
  }
  if (!isRun(model)) return { tfjs }
  const network = async () => {
    const trained = readNetwork(model)
    return onnxRunner(await onnxSession(bareOnnx(trained), 'runs the network'), [randomOnnxFeed(trained)])
  }
  return { tfjs, 'onnxruntime-web': network }
}

/** An ONNX file that Sentei exported, fed the training rows' means. */
async function fileRunner(path: string): Promise<Runner> {
  const { bytes, preprocess } = readOnnx(path)
  const { shape, fill } = preprocess
  const places = shape.slice(0, -1).reduce((product, n) => product * n, 1)
  const values = Float64Array.from(Array.from({ length: places }, () => fill).flat())
  const session = await onnxSession(bytes, 'runs the model')
  return onnxRunner(session, rawFeedsOf(rawInputs(preprocess), values, shape.at(-1)!))
}

async function prediction(
  { model, ...options }: BenchLatencyOptions,
  runtime: ModelRuntime,
  given: LatencyTable | undefined,
): Promise<Pick<ModelLatency, 'predicted' | 'by'>> {
  const none = { predicted: null, by: null }
  if (isOnnx(model) || !isRun(model)) return none
  const { config, architecture } = readFinishedRun(model)
  const trial = lastSearch(model, await setupTrial(config, model, extensionsIn(options)))
  const whole = trial.retrained ?? trial.supernet
  if (whole.groups.every(({ kind }) => kind !== 'operations')) return none
  const left = restrictTo(whole, architecture).supernet
  if (given?.about?.runtime === runtime) return { predicted: byTable(given, whole, left), by: 'table' }
  // The model itself has warmed the runtime up.
  return {
    predicted: await memberTimes(whole, runtime, { runs: operationRuns, warmUpMs: 0 }).predict(left),
    by: 'measured',
  }
}

/** The sum of a table's times over what is left of a supernet, and what the table says of the rest. */
function byTable(table: LatencyTable, whole: Supernet, left: Supernet): number {
  const { cost } = architectureCosts(left, 'latency', latencyOf(table, whole))({})
  return cost + (table.rest ?? 0)
}
