import { useBackend } from '../backend/index.js'
import { Interrupted, InputError } from '../base/errors.js'
import { remedyFor } from '../base/checksums.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { discretise, retrainedAs, uniformGates, unprunedNetwork, type Discrete } from '../derive/network.js'
import type { Checkpoint } from '../search/state.js'
import { extensionsIn, setupTrial } from '../setup/setup-trial.js'
import { formatCount } from '../report/format.js'
import { restrictToLeft } from '../supernet/restrict.js'
import { wantsBaseline } from '../trial/baseline.js'
import { furtherTrainings } from '../trial/criteria/stability.js'
import type { NetworkToRetrain } from '../trial/figures.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import { attemptsOf } from '../trial/smallest.js'
import { retrainStepSeconds } from '../trial/timing.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint } from './checkpoints.js'
import { planOf, type RunPlan } from './plan-run.js'
import type { FinishedRun } from './run-folder.js'
import { resumeRun, searchRun, type SearchRunOptions } from './search-run.js'

export interface TimedRunOptions extends Omit<SearchRunOptions, 'resume' | 'previous' | 'set'> {
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
 * Approximate time for reading, writing, measuring and the report: fixed seconds plus a share of the time.
 */
const [aside, asideShare] = [4, 0.03]
/** Fewer steps than this do not train anything. */
const fewestSteps = 20

/**
 * Runs a search that finishes within a given time, as far as the time of its steps can be predicted. If the
 * search and the retraining are too long, they are shortened by timing a few steps: the search before it
 * begins, the retraining after the search, when the remaining network is known. A run that needs less time is
 * not changed. The search's length is recorded in the run's `config.json`, that of the retraining in its
 * interventions; with both, the run can be repeated without a clock. Throws an InputError if the time is too
 * short.
 */
export async function timedRun({
  seconds,
  began = performance.now(),
  ...options
}: TimedRunOptions): Promise<FinishedRun> {
  const { out, config, folder = '.', signal, onEvent } = options
  const left = () => seconds * (1 - asideShare) - aside - (performance.now() - began) / 1000
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = await setupTrial(config, folder, extensionsIn(options))
  const plan = planOf(trial)
  if (secondsOf(plan) <= left()) return searchRun(options)
  const steps = searchSteps(trial, config.stages ?? [], plan, left(), seconds)
  const shorter = resolveConfig({ ...config, search: { ...without(config.search), steps } })
  const searched = new AbortController()
  try {
    return await searchRun({
      ...options,
      config: shorter,
      signal: signal ? AbortSignal.any([signal, searched.signal]) : searched.signal,
      onEvent: (event) => {
        onEvent?.(event)
        if (event.type === 'stage' && event.stage === 'search') searched.abort()
      },
    })
  } catch (error) {
    if (!(error instanceof Interrupted) || !searched.signal.aborted || signal?.aborted) throw error
  }
  const found = await retrainSteps(trial, out, left())
  const usual = trial.config.retrain.steps
  const set = found < usual ? [`retrain.steps=${found}`] : []
  if (found < usual)
    options.onNotice?.(
      `the time that is left allows ${formatCount(found)} steps of each retraining, not ${formatCount(usual)}`,
    )
  // The resumed run reads its own configuration, and the data and the plan were already reported.
  const { config: _, folder: __, onData: ___, onPlan: ____, ...hooks } = options
  return resumeRun(out, { ...hooks, set })
}

const secondsOf = ({ minutes: { earlier, search, baseline, retrain, further } }: RunPlan): number =>
  60 * (sum(earlier) + search + (baseline ?? 0) + retrain + further)

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** Removes `epochs`, which would conflict with the number of steps. */
const without = ({ epochs: _, ...search }: Config['search']): Config['search'] => search

/**
 * The steps of the search within its share of the time, or within all that retraining leaves, if that is
 * more.
 */
function searchSteps(
  { config }: Trial,
  stages: NonNullable<Config['stages']>,
  { minutes }: RunPlan,
  left: number,
  seconds: number,
): number {
  // Earlier searches without a length of their own get that of the last search, so that they are shortened
  // with it.
  const isOwn = stages.map(({ search = {} }) => 'steps' in search || 'epochs' in search)
  const earlier = (own: boolean) => 60 * sum(minutes.earlier.filter((_, i) => isOwn[i] === own))
  const perStep = (60 * minutes.search + earlier(false)) / config.search.steps
  const others = 60 * (minutes.retrain + minutes.further + (minutes.baseline ?? 0))
  const forSearches = Math.max(searchShare * left, left - others)
  const steps = Math.floor((forSearches - earlier(true)) / perStep)
  if (steps >= fewestSteps) return Math.min(steps, config.search.steps)
  const needed = Math.ceil(seconds - left + (earlier(true) + fewestSteps * perStep) / searchShare)
  throw new InputError(
    `time: expected at least ${needed} seconds for ${fewestSteps} steps of this search here, got ${seconds}; take fewer rows (data.limit) or a smaller space`,
  )
}

/** The steps of each retraining, including that of the unpruned supernet, in the remaining time. */
async function retrainSteps(trial: Trial, out: string, left: number): Promise<number> {
  const start = performance.now()
  const { config, supernet, schedule } = trial
  const { progress, members } = lastCheckpoint(out, remedyFor(out, ''))!
  const whole = await retrainStepSeconds(trial, asNetwork(unprunedNetwork(supernet, config.retrain)))
  const ended = await retrainStepSeconds(trial, networkLeft(trial, members))
  const largest = progress.menu[0]
  const passed = largest
    ? await retrainStepSeconds(trial, networkToRetrain(trial, largest.architecture))
    : ended
  const { budget } = schedule
  // A bisection over the menu's sizes and the final one retrains at most this many of them.
  const halved = budget?.against === 'best' ? Infinity : Math.ceil(Math.log2(progress.menu.length + 2))
  const tried = Math.min(halved, attemptsOf(budget && { ...budget, menu: progress.menu }))
  const trainings = tried + furtherTrainings(config.criteria)
  const perStep = (wantsBaseline(trial) ? whole : 0) + (trainings * (ended + passed)) / 2
  const spent = (performance.now() - start) / 1000
  return Math.max(fewestSteps, Math.floor((left - spent) / perStep))
}

const asNetwork = ({ graph, constants }: Discrete): NetworkToRetrain => ({ graph, initial: constants })

/** The remaining part of a trial's supernet as a network. */
function networkLeft({ supernet, config }: Trial, members: Checkpoint['members']): NetworkToRetrain {
  const left = restrictToLeft(supernet, members)
  return asNetwork(discretise(left, uniformGates(left), retrainedAs(config.retrain)))
}
