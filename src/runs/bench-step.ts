import * as tf from '@tensorflow/tfjs-core'
import { useBackend, type BackendName } from '../backend/index.js'
import { heapBytes } from '../backend/limits.js'
import { measurePeaks, type Peaks } from '../backend/peaks.js'
import { InputError } from '../base/errors.js'
import { machineMemory } from '../base/machine-memory.js'
import { randomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { parseSetting } from '../config/settings.js'
import { passProfile, type OperationTime } from '../nn/profile.js'
import { losses } from '../objective/losses.js'
import { terms } from '../registry.js'
import type { CompiledPhase, Schedule } from '../schedule/types.js'
import { supernetStepper } from '../search/stepper.js'
import { inputShape, randomData, type InputSize } from '../setup/random-data.js'
import { relaxationIn, relaxationOf } from '../setup/relaxation.js'
import { resolveSchedule } from '../setup/schedule-file.js'
import { compileFor, presetOf } from '../setup/schedule-of.js'
import { buildSupernet, spaceOf } from '../setup/supernet-of.js'
import { taskCost } from '../supernet/cost.js'
import { SupernetModel } from '../supernet/model.js'
import type { AnySpace } from '../supernet/space.js'
import type { GateGroup } from '../supernet/types.js'
import { batching } from '../train/batching.js'
import { sequentially } from '../train/gradients.js'
import { resolveTraining } from '../train/training.js'
import type { PoolFigures, WorkerPool } from '../train/workers/pool.js'
import type { Trial } from '../trial/types.js'
import { replayWatch, type ReplayFigures, type TraceEvent } from './replay-watch.js'
import { startWorkers } from './workers.js'

export interface BenchStepOptions extends InputSize {
  /** The name of the search space, and its options. */
  readonly supernet: string
  readonly options: Readonly<Record<string, unknown>>
  /** Your own search spaces, in addition to those of the registry. */
  readonly spaces?: readonly AnySpace[] | undefined
  readonly batch: number
  readonly steps: number
  readonly backend: BackendName
  readonly shards: number
  /** Threads that compute shards, including the main thread; 1 by default, at most one per shard. */
  readonly workers?: number
  readonly relaxed: boolean
  /** Settings `path=value` below `supernet`, `search` and `relaxation`. They override the options above. */
  readonly set?: readonly string[]
  /** Whether to also measure the time of each kind of operation. */
  readonly profile?: boolean
  /** Whether to trace a few more steps, kernel by kernel. */
  readonly trace?: boolean
}

/** What one step costs. */
export interface StepFigures {
  readonly medianMs: number
  readonly minMs: number
  /** Examples per second at the median time. */
  readonly examplesPerSecond: number
  /**
   * The memory that the wasm backend has taken from the system, in MB of 2²⁰ bytes. Null for other backends.
   */
  readonly heapMB: number | null
  /** The number of tensors, and the heap in MB, after the second and after the last timed step. */
  readonly leaks: {
    readonly tensors: readonly [number, number]
    readonly heapMB: readonly [number | null, number | null]
  }
  readonly backend: string
  /** The number of threads that computed shards. */
  readonly workers: number
  readonly shards: number
  /** The cost of using several workers; null with one. */
  readonly exchange: ExchangeFigures | null
  readonly parameters: number
  /** Where the time of a replayed step goes; null if steps run by operations or on several workers. */
  readonly replay: ReplayFigures | null
  /** Present if a trace was requested and steps are replayed. */
  readonly trace?: readonly TraceEvent[]
  /** The time of one step by kind of operation, if it was asked for. */
  readonly profile?: StepProfile
}

export interface ExchangeFigures {
  /** Milliseconds until all threads were ready; spent once. */
  readonly startMs: number
  /** Milliseconds for copying weights, inputs and gradients between threads; mean per step. */
  readonly copyMs: number
  /** Milliseconds that the main thread waited for the others; mean per step. */
  readonly waitMs: number
  /** Shards that other threads computed; mean per step. */
  readonly handedOver: number
}

export interface StepProfile {
  /** Means per step. */
  readonly operations: readonly OperationTime[]
  /**
   * The mean milliseconds of a step, and the part of it outside the operations: losses, updates, bookkeeping.
   */
  readonly stepMs: number
  readonly otherMs: number
  /** The peak performance of one core of this machine; null on backends other than wasm. */
  readonly peaks: Peaks | null
}

/**
 * Times joint steps of a supernet on random inputs: forward, backward for weights and gates, both updates.
 * A few untimed steps before them warm up. A step ends when its results can be read.
 */
export async function benchStep(options: BenchStepOptions): Promise<StepFigures> {
  const { backend, relaxed, workers = 1 } = options
  if (options.profile && workers > 1)
    throw new InputError('--profile: it measures one thread; expected --workers 1')
  const trial = randomTrial(options)
  await useBackend(backend, { relaxed })
  const threads = Math.min(workers, trial.config.search.shards)
  const pool = await startWorkers({ backend, relaxedSimd: relaxed }, threads)
  try {
    return timeSteps(options, trial, pool)
  } finally {
    await pool.dispose()
  }
}

function timeSteps(options: BenchStepOptions, trial: Trial, pool: WorkerPool): StepFigures {
  const { config, data, schedule } = trial
  const profile = options.profile ? passProfile() : undefined
  const watch = profile || pool.workers > 1 ? undefined : replayWatch()
  const model = new SupernetModel(trial.supernet, trial.relaxation, trial.random)
  const stepper = supernetStepper(model, data, {
    ...trial,
    options: config.search,
    execute: profile ? sequentially(profile.observe) : (watch?.execute ?? pool.execute),
    emit: () => undefined,
    save: () => undefined,
  })
  const batches = batching(data, data.splits.train, config.search, trial.random, 'search')
  const phase = { ...phaseOf(schedule), paths: 'all' as const }
  const times: number[] = []
  let early = alive()
  let warm = pool.figures
  const [{ name: gates }] = model.supernet.groups as [GateGroup]
  const timed = warmUp + options.steps
  for (let step = 0; step < timed + (options.trace ? traced : 0); step++) {
    const start = performance.now()
    watch?.begin(step >= timed)
    stepper.step(phase.from + step, batches.at(step), phase)
    // Reading a gate waits until backends that compute asynchronously are done.
    model.alpha(gates).dataSync()
    const spent = performance.now() - start
    if (step >= warmUp) watch?.end(spent)
    if (step >= warmUp && step < timed) times.push(spent)
    if (step === warmUp - 1) {
      profile?.clear()
      warm = pool.figures
    }
    if (step <= warmUp + 1) early = alive()
  }
  const late = alive()
  const replayed = watch?.figures()
  stepper.dispose()
  watch?.dispose()
  const { parameters } = taskCost(model.supernet)
  model.dispose()
  const spent = profile && stepProfile(profile.read(), times, options.backend)
  times.sort((a, b) => a - b)
  return {
    medianMs: round(times[times.length >> 1]!),
    minMs: round(times[0]!),
    examplesPerSecond: Number(((1000 * config.search.batch) / times[times.length >> 1]!).toPrecision(4)),
    heapMB: late.heapMB,
    leaks: { tensors: [early.tensors, late.tensors], heapMB: [early.heapMB, late.heapMB] },
    backend: options.backend,
    workers: pool.workers,
    shards: config.search.shards,
    exchange: pool.workers === 1 ? null : exchangeOf(warm, pool.figures),
    parameters,
    replay: replayed ? rounded(replayed) : null,
    profile: spent,
    ...(options.trace && watch && { trace: watch.trace() }),
  }
}

/** Means per timed step. The steps before those only warm up. */
function exchangeOf(warm: PoolFigures, all: PoolFigures): ExchangeFigures {
  const steps = all.batches - warm.batches
  const mean = (name: 'exchangeMs' | 'waitMs' | 'handedOver') => round((all[name] - warm[name]) / steps)
  return {
    startMs: round(all.startMs),
    copyMs: mean('exchangeMs'),
    waitMs: mean('waitMs'),
    handedOver: mean('handedOver'),
  }
}

function stepProfile(sums: readonly OperationTime[], times: readonly number[], backend: string): StepProfile {
  const steps = times.length
  const operations = sums.map(({ count, milliseconds, bytes, flop, ...what }) => ({
    ...what,
    count: count / steps,
    milliseconds: milliseconds / steps,
    bytes: bytes / steps,
    flop: flop / steps,
  }))
  const total = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0)
  const stepMs = total(times) / steps
  return {
    operations,
    stepMs,
    otherMs: stepMs - total(operations.map(({ milliseconds }) => milliseconds)),
    peaks: backend === 'wasm' ? measurePeaks() : null,
  }
}

function alive(): { tensors: number; heapMB: number | null } {
  const bytes = heapBytes()
  return { tensors: tf.memory().numTensors, heapMB: bytes === undefined ? null : Math.round(bytes / 2 ** 20) }
}

/** The number of untimed steps at the beginning. The second one records the pass that later ones replay. */
const warmUp = 3

/** The number of steps after the timed ones in which each call of a kernel is timed. */
const traced = 3

const round = (ms: number): number => Number(ms.toPrecision(4))

const rounded = (figures: ReplayFigures): ReplayFigures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value as number)])) as never

/** A trial on one batch of random inputs, with the schedule to which `auto` resolves. */
function randomTrial(options: BenchStepOptions): Trial {
  const given = configOf(options)
  const random = randomSource(given.seed)
  const space = spaceOf(given.supernet.space, '--supernet', options.spaces)
  const data = randomData(inputShape(space, options), given.search.batch!, random)
  const config = resolveTraining(given, data)
  const relaxation = relaxationIn(config.relaxation)
  const supernet = buildSupernet(config, data, options.spaces, machineMemory())
  // The schedule is long enough that all timed steps fall into one phase.
  const steps = Math.max(1000, 20 * (options.steps + 1))
  return {
    config,
    written: config,
    data,
    supernet,
    relaxation: relaxationOf(config.relaxation, steps),
    schedule: compileFor(
      resolveSchedule(presetOf(config, relaxation, options.spaces), '.'),
      supernet,
      steps,
      relaxation,
    ),
    terms,
    loss: losses['cross-entropy'],
    metric: 'accuracy',
    random,
    identity: 'bench',
  }
}

const settable = ['supernet', 'search', 'relaxation']

function configOf({ supernet, options, batch, shards, set = [] }: BenchStepOptions): Config {
  const other = set.find((each) => !settable.includes(parseSetting(each).path[0]!))
  if (other !== undefined)
    throw new InputError(
      `--set ${other}: a step is timed on random data; expected a path in ${settable.join(', ')}`,
    )
  return resolveConfig(
    {
      data: { source: 'digits' },
      supernet: { space: supernet, options },
      search: { batch: batch ?? 64, shards },
    },
    set,
  )
}

/** The phase in which gates move and the most layers train; the first of several. */
function phaseOf({ phases }: Schedule): CompiledPhase {
  const moving = phases.filter(({ gates }) => gates === 'move')
  return moving.reduce((most, each) => (each.train.size > most.train.size ? each : most))
}
