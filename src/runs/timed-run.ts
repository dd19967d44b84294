import { useBackend } from '../backend/index.js'
import { Interrupted, InputError } from '../base/errors.js'
import { remedyFor } from '../base/checksums.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { discretise, retrainedAs, uniformGates, unprunedNetwork, type Discrete } from '../derive/network.js'
import type { Checkpoint } from '../search/state.js'
import { costOf } from '../nn/cost.js'
import { extensionsIn, setupTrial } from '../setup/setup-trial.js'
import { formatCount } from '../report/format.js'
import { restrictToLeft } from '../supernet/restrict.js'
import { isTaught, wantsBaseline } from '../trial/baseline.js'
import { furtherTrainings } from '../trial/criteria/stability.js'
import type { NetworkToRetrain } from '../trial/figures.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import { attemptsOf } from '../trial/smallest.js'
import { retrainStepSeconds } from '../trial/timing.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint } from './checkpoints.js'
import { planOf, type RunPlan } from './plan-run.js'
import { searchPace, trainingShares, type Trainings } from './run-clock.js'
import type { FinishedRun } from './run-folder.js'
import { resumeRun, searchRun, type SearchRunOptions } from './search-run.js'

export interface TimedRunOptions extends Omit<SearchRunOptions, 'resume' | 'previous' | 'set' | 'clock'> {
  /** Seconds within which the run should finish. */
  readonly seconds: number
  /** When the time began, by `performance.now()`; by default at the call. */
  readonly began?: number
}

/**
 * The share of the time that the search gets if the rest is needed to retrain its result and to train the
 * baseline.
 */
const searchShare = 0.35
/**
 * Approximate seconds for writing, measuring and the report: three, but at most a fifth of the time, and a
 * small share of it.
 */
const asideOf = (seconds: number): number => Math.min(3, 0.2 * seconds) + 0.03 * seconds
/** Fewer steps than this do not train anything. */
const fewestSteps = 20
/** The share of the time left after the search for which each network's steps are timed. */
const timedShare = 0.01

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
  began = performance.now(),
  ...options
}: TimedRunOptions): Promise<FinishedRun> {
  const { out, config, folder = '.', signal } = options
  const until = began / 1000 + seconds - asideOf(seconds)
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = await setupTrial(config, folder, extensionsIn(options))
  const plan = planOf(trial)
  const left = until - now()
  const forSearches = searchSeconds(plan, left)
  const steps = searchSteps(trial, config.stages ?? [], plan, { forSearches, left, seconds })
  const pace = searchPace(until - left + forSearches, now)
  const searched = new AbortController()
  try {
    return await searchRun({
      ...shortened(options, trial, plan, steps),
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
  const trainings = await trainingsOf(trial, out, until - now())
  const usual = trial.config.retrain.steps
  // A rate that decays to the end needs to know the end. Otherwise the clock alone ends trainings.
  const found = isLaidOut(trial) ? retrainSteps(trainings, until - now()) : usual
  const set = found < usual ? [`retrain.steps=${found}`] : []
  if (found < usual)
    options.onNotice?.(
      `the time that is left allows ${formatCount(found)} steps of each retraining, not ${formatCount(usual)}`,
    )
  // The resumed run reads its own configuration, and the data and the plan were already reported.
  const { config: _, folder: __, onData: ___, onPlan: ____, ...hooks } = options
  return resumeRun(out, { ...hooks, set, clock: { pace, training: trainingShares(trainings, until, now) } })
}

const now = (): number => performance.now() / 1000

/** A run with fewer steps of its search. The plan of one whose search keeps its length is already made. */
function shortened<T extends Omit<TimedRunOptions, 'seconds'>>(
  options: T,
  trial: Trial,
  plan: RunPlan,
  steps: number,
): T {
  const { config, onData, onPlan } = options
  if (steps < trial.config.search.steps)
    return { ...options, config: resolveConfig({ ...config, search: { ...without(config.search), steps } }) }
  const told = (data: Parameters<NonNullable<typeof onData>>[0]) => {
    onData?.(data)
    onPlan?.(plan)
  }
  return { ...options, onPlan: undefined, onData: told }
}

/**
 * The seconds of all searches: their share of the time, or all that the usual retraining leaves. Trainings
 * that may stop early are expected to go on for some steps before those without improvement.
 */
function searchSeconds({ minutes, training }: RunPlan, left: number): number {
  const { baseline, retrain, further } = minutes
  const { steps, earlyStop } = training.retrain
  const usual = Math.min(1, (2 * (earlyStop?.steps ?? steps)) / steps)
  return Math.max(searchShare * left, left - usual * 60 * ((baseline ?? 0) + retrain + further))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Removes `epochs`, which would conflict with the number of steps. */
const without = ({ epochs: _, ...search }: Config['search']): Config['search'] => search

/** The steps of the search in the seconds for all searches, at most as many as it has. */
function searchSteps(
  { config }: Trial,
  stages: NonNullable<Config['stages']>,
  { minutes }: RunPlan,
  { forSearches, left, seconds }: Record<'forSearches' | 'left' | 'seconds', number>,
): number {
  // Earlier searches without a length of their own get that of the last search, so that they are shortened
  // with it.
  const isOwn = stages.map(({ search = {} }) => 'steps' in search || 'epochs' in search)
  const earlier = (own: boolean) => 60 * sum(minutes.earlier.filter((_, i) => isOwn[i] === own))
  const perStep = (60 * minutes.search + earlier(false)) / config.search.steps
  const steps = Math.floor((forSearches - earlier(true)) / perStep)
  if (steps >= Math.min(fewestSteps, config.search.steps)) return Math.min(steps, config.search.steps)
  const needed = Math.ceil(seconds - left + (earlier(true) + fewestSteps * perStep) / searchShare)
  throw new InputError(
    `time: expected at least ${needed} seconds for ${fewestSteps} steps of this search here, got ${seconds}; take fewer rows (data.limit) or a smaller space`,
  )
}

/**
 * The trainings that follow the search, with the seconds of a step of each. Two networks are timed, but for
 * no longer than a small part of the seconds that are left. No network is taken to be faster than its
 * multiply-adds say, because few timed steps may all fall into a quiet moment.
 */
async function trainingsOf(trial: Trial, out: string, left: number): Promise<Trainings> {
  const { config, supernet, schedule } = trial
  const { progress, members } = lastCheckpoint(out, remedyFor(out, ''))!
  const unpruned = asNetwork(unprunedNetwork(supernet, config.retrain))
  const ended = networkLeft(trial, members)
  const largest = progress.menu[0] && networkToRetrain(trial, progress.menu[0].architecture)
  const whole = await retrainStepSeconds(trial, unpruned, timedShare * left)
  const small = await retrainStepSeconds(trial, ended, timedShare * left)
  const flopsOf = ({ graph }: NetworkToRetrain) => costOf(graph).flops
  const stepOf = (network: NetworkToRetrain) =>
    Math.max(small, (whole * flopsOf(network)) / flopsOf(unpruned))
  const { budget } = schedule
  // A bisection over the menu's sizes and the final one retrains at most this many of them.
  const halved = budget?.against === 'best' ? Infinity : Math.ceil(Math.log2(progress.menu.length + 2))
  const tried = Math.min(halved, attemptsOf(budget && { ...budget, menu: progress.menu }))
  // With augmentation, the teacher must predict the augmented examples in every step.
  const taught = isTaught(trial) && config.retrain.augment ? whole / 3 : 0
  return {
    baseline: wantsBaseline(trial) ? whole : 0,
    each: (stepOf(ended) + stepOf(largest ?? ended)) / 2 + taught,
    count: tried + furtherTrainings(config.criteria),
  }
}

/** Whether the learning rate of retraining depends on the number of steps. */
const isLaidOut = ({ config }: Trial): boolean =>
  !['constant', 'inverse'].includes(config.retrain.weights.decay)

/**
 * The share of the remaining time for which trainings of a fixed length are laid out. If they are slower than
 * the timed steps, the clock would end them before their learning rate has decayed.
 */
const laidOutShare = 0.8

/** The steps of each training in the remaining time. */
const retrainSteps = ({ baseline, each, count }: Trainings, left: number): number =>
  Math.max(fewestSteps, Math.floor((laidOutShare * left) / (baseline + count * each)))

const asNetwork = ({ graph, constants }: Discrete): NetworkToRetrain => ({ graph, initial: constants })

/** The remaining part of a trial's supernet as a network. */
function networkLeft({ supernet, config }: Trial, members: Checkpoint['members']): NetworkToRetrain {
  const left = restrictToLeft(supernet, members)
  return asNetwork(discretise(left, uniformGates(left), retrainedAs(config.retrain)))
}
