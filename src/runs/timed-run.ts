import { useBackend } from '../backend/index.js'
import { Interrupted, InputError } from '../base/errors.js'
import { remedyFor } from '../base/checksums.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { discretise, retrainedAs, uniformGates, unprunedNetwork } from '../derive/network.js'
import type { Checkpoint } from '../search/state.js'
import { costOf } from '../nn/cost.js'
import { extensionsIn, setupTrial } from '../setup/setup-trial.js'
import { formatCount } from '../report/format.js'
import { restrictToLeft } from '../supernet/restrict.js'
import { wantsBaseline } from '../trial/baseline.js'
import { furtherTrainings } from '../trial/criteria/stability.js'
import type { NetworkToRetrain } from '../trial/figures.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import { attemptsOf } from '../trial/smallest.js'
import { sumOf } from '../trial/expected.js'
import {
  leftOf,
  stretched,
  taughtStep,
  teachersOf,
  trainingTimesOf,
  workOf,
  type Expected,
  type MeasuredTimes,
} from '../trial/expected-times.js'
import type { Clocks } from '../trial/rehearsal.js'
import type { TrainingTimes } from '../trial/timing.js'
import type { Trial } from '../trial/types.js'
import { processClocks } from './clocks.js'
import { lastCheckpoint } from './checkpoints.js'
import { measuredPlan, type RunPlan } from './plan-run.js'
import { searchPace, trainingShares, type Trainings } from './run-clock.js'
import type { FinishedRun } from './run-folder.js'
import { lengthWithin, secondsOf, type SearchLength } from './search-length.js'
import { resumeRun, searchRun, type SearchRunOptions } from './search-run.js'

export interface TimedRunOptions extends Omit<SearchRunOptions, 'resume' | 'previous' | 'set' | 'clock'> {
  /** Seconds within which the run should finish. */
  readonly seconds: number
  /** When the time began, by `performance.now()`; by default at the call. */
  readonly began?: number
  /** The clocks by which it goes; those of the process by default. */
  readonly clocks?: Clocks
}

/**
 * The share of the time that the search gets if the rest is needed to retrain its result and to train the
 * baseline.
 */
const searchShare = 0.35

/** The share of the time for what cannot be foreseen. */
const spareShare = 0.04

/** Fewer steps than this do not train anything. */
const fewestSteps = 20

/** The share of the time for which each part of a run is timed, and the most seconds. */
const [timedShare, mostTimed] = [0.01, 1]

/**
 * Runs a search that finishes within a given time, as far as this can be foreseen. If the search and the
 * retraining are too long, they are shortened by timing a few steps: the search before it begins, the
 * retraining after the search, when the remaining network is known. Both are watched, too: a search that
 * takes longer than its share leaves out iterations, and a training ends at an evaluation, so that what
 * follows keeps its share. A run that needs less time is not changed. The search's length is recorded in the
 * run's `config.json`, that of the retraining and what was left out in its interventions. Throws an
 * InputError if the time is too short.
 */
export async function timedRun({
  seconds,
  clocks = processClocks,
  began = clocks.wall(),
  ...options
}: TimedRunOptions): Promise<FinishedRun> {
  const now = () => clocks.wall() / 1000
  const { out, config, folder = '.', signal } = options
  const end = began / 1000 + seconds
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = await setupTrial(config, folder, extensionsIn(options))
  const { plan, expected } = await measuredPlan(trial, Math.min(mostTimed, timedShare * seconds), clocks)
  const until = end - spareShare * seconds - afterTrainings(expected)
  const left = until - now()
  const forSearches = searchSeconds(expected, left)
  const length = searchLength(trial, config.stages ?? [], expected, { forSearches, left, seconds })
  const pace = searchPace(until - left + forSearches, now)
  const searched = new AbortController()
  try {
    return await searchRun({
      ...shortened(options, trial, plan, length),
      signal: signal ? AbortSignal.any([signal, searched.signal]) : searched.signal,
      clock: { pace, training: () => () => false },
      onEvent: (event) => {
        options.onEvent?.(event)
        if (event.type === 'stage' && event.stage === 'search') searched.abort()
      },
    })
  } catch (error) {
    if (!(error instanceof Interrupted) || !searched.signal.aborted || signal?.aborted) throw error
  }
  const trainings = await trainingsOf(trial, expected.measured, out, until - now(), clocks)
  const usual = trial.config.retrain.steps
  // A rate that decays to the end needs to know the end. Otherwise the clock alone ends trainings.
  const allowedSteps = isLaidOut(trial) ? retrainSteps(trainings, until - now()) : usual
  // The clock ends a training at an evaluation, so a short one needs some on its way.
  const every = Math.min(trial.config.retrain.evaluateEvery, Math.ceil(allowedSteps / evaluations))
  const set = allowedSteps < usual ? [`retrain.steps=${allowedSteps}`, `retrain.evaluateEvery=${every}`] : []
  if (allowedSteps < usual)
    options.onNotice?.(
      `the time that is left allows ${formatCount(allowedSteps)} steps of each retraining, not ${formatCount(usual)}`,
    )
  // The resumed run reads its own configuration, and the data and the plan were already reported.
  const { config: _, folder: __, onData: ___, onPlan: ____, ...hooks } = options
  return resumeRun(out, { ...hooks, set, clock: { pace, training: trainingShares(trainings, until, now) } })
}

/** The evaluations of a training whose length is laid out to end in time. */
const evaluations = 5

/** Seconds for what follows the trainings: rivals, figures, export, report. */
const afterTrainings = ({ rivals, rest }: Expected): number =>
  rest.typical + (rivals ? (rivals.typical + rivals.most) / 2 : 0)

/** A run with a shorter search. The plan of one whose search keeps its length is already made. */
function shortened<T extends Omit<TimedRunOptions, 'seconds'>>(
  options: T,
  trial: Trial,
  plan: RunPlan,
  { steps, inspectEvery }: SearchLength,
): T {
  const { config, onData, onPlan } = options
  const told = (data: Parameters<NonNullable<typeof onData>>[0]) => {
    onData?.(data)
    onPlan?.(plan)
  }
  const runOptions = { ...options, onPlan: undefined, onData: told }
  if (steps === trial.config.search.steps) return runOptions
  const search = { ...without(config.search), steps, inspectEvery }
  return { ...runOptions, config: resolveConfig({ ...config, search }) }
}

/** The seconds of all searches: their share of the time, or all that the rest leaves as a rule. */
function searchSeconds({ baseline, retrain, further }: Expected, left: number): number {
  const others = [baseline, retrain, further].reduce((sum, span) => sum + (span?.typical ?? 0), 0)
  return Math.max(searchShare * left, left - others)
}

/** Removes `epochs`, which would conflict with the number of steps. */
const without = ({ epochs: _, ...search }: Config['search']): Config['search'] => search

/** The length of the search in the seconds for all searches, at most as long as it is. */
function searchLength(
  trial: Trial,
  stages: NonNullable<Config['stages']>,
  { earlier, measured }: Expected,
  { forSearches, left, seconds }: Record<'forSearches' | 'left' | 'seconds', number>,
): SearchLength {
  const { search } = trial.config
  // Earlier searches without a length of their own get that of the last search, so that they are shortened
  // with it.
  const isOwn = stages.map(
    ({ search: stageSearch = {} }) => 'steps' in stageSearch || 'epochs' in stageSearch,
  )
  const before = (hasLength: boolean) => sumOf(earlier.filter((_, i) => isOwn[i] === hasLength)).typical
  const { search: times, whole, small } = measured
  const all = { work: workOf(trial), times, left: leftOf(whole, small) }
  const given = search.inspectEvery !== undefined
  const usual = { steps: search.steps, inspectEvery: all.work.inspectEvery }
  // What the last search takes of the time of those that are shortened together.
  const lastSeconds = secondsOf(all, usual)
  const share = lastSeconds / (lastSeconds + before(false))
  const fewest = Math.min(fewestSteps, search.steps)
  const fittingLength = lengthWithin(all, (forSearches - before(true)) * share, { fewest, given })
  if (fittingLength) return fittingLength
  const least = secondsOf(all, { ...usual, steps: fewest }) / share + before(true)
  const needed = Math.ceil(Math.max(seconds + 1, seconds - left + least / searchShare))
  throw new InputError(
    `time: expected at least ${needed} seconds for ${fewestSteps} steps of this search here, got ${seconds}; take fewer rows (data.limit) or a smaller space`,
  )
}

/** The trainings that are left, and the seconds of an evaluation in each of them, all together. */
interface TrainingsLeft extends Trainings {
  readonly evaluation: number
}

/**
 * The trainings that follow the search, with the seconds of a step of each. The unpruned network was timed
 * before the search; the one that is left is timed now. No network is taken to be faster than its
 * multiply-adds say, because few timed steps may all fall into a quiet moment.
 */
async function trainingsOf(
  trial: Trial,
  { whole: timed, stretch }: MeasuredTimes,
  out: string,
  left: number,
  clocks: Clocks,
): Promise<TrainingsLeft> {
  const { config, supernet, schedule } = trial
  const { progress, members } = lastCheckpoint(out, remedyFor(out, ''))!
  const unpruned = unprunedNetwork(supernet, config.retrain)
  const ended = networkLeft(trial, members)
  const largest = progress.menu[0] && networkToRetrain(trial, progress.menu[0].architecture)
  const perStep = ({ step, evaluation }: TrainingTimes) => step + evaluation / config.retrain.evaluateEvery
  const whole = perStep(timed)
  const derivedTimes = stretched(
    await trainingTimesOf(trial, ended, Math.min(mostTimed, timedShare * left), clocks),
    stretch,
  )
  const small = perStep(derivedTimes)
  const flopsOf = ({ graph }: Pick<NetworkToRetrain, 'graph'>) => costOf(graph).flops
  const stepOf = (network: NetworkToRetrain) =>
    Math.max(small, (whole * flopsOf(network)) / flopsOf(unpruned))
  const { budget } = schedule
  // A bisection over the menu's sizes and the final one retrains at most this many of them.
  const halved = budget?.against === 'best' ? Infinity : Math.ceil(Math.log2(progress.menu.length + 2))
  const tried = Math.min(halved, attemptsOf(budget && { ...budget, menu: progress.menu }))
  const count = tried + furtherTrainings(config.criteria)
  const baseline = wantsBaseline(trial)
  const baselines = teachersOf(trial)
  return {
    baseline: baseline ? whole : 0,
    baselines,
    each: taughtStep(trial, (stepOf(ended) + stepOf(largest ?? ended)) / 2, whole),
    count,
    evaluation: (baseline ? baselines * timed.evaluation : 0) + count * derivedTimes.evaluation,
  }
}

/** Whether the learning rate of retraining depends on the number of steps. */
const isLaidOut = ({ config }: Trial): boolean =>
  !['constant', 'inverse'].includes(config.retrain.weights.decay)

/**
 * The share of the remaining time for which trainings of a fixed length are laid out. If they are slower than
 * the timed steps, the clock would end them before their learning rate has decayed.
 */
const laidOutShare = 0.9

/** The steps of each training in the remaining time, evaluations aside. */
const retrainSteps = (
  { baseline, baselines = 1, each, count, evaluation }: TrainingsLeft,
  left: number,
): number =>
  Math.max(
    fewestSteps,
    Math.floor((laidOutShare * left - evaluations * evaluation) / (baselines * baseline + count * each)),
  )

/** The remaining part of a trial's supernet as a network. */
function networkLeft({ supernet, config }: Trial, members: Checkpoint['members']): NetworkToRetrain {
  const left = restrictToLeft(supernet, members)
  const { graph, constants } = discretise(left, uniformGates(left), retrainedAs(config.retrain))
  return { graph, initial: constants }
}
