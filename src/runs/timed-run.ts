import { useBackend } from '../backend/index.js'
import { Interrupted, InputError } from '../base/errors.js'
import { remedyFor } from '../base/checksums.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { discretise, retrainedAs, uniformGates, unprunedNetwork, type Discrete } from '../derive/network.js'
import type { Checkpoint } from '../search/state.js'
import { extensionsIn, setupTrial } from '../setup/setup-trial.js'
import { restrictToLeft } from '../supernet/restrict.js'
import { wantsBaseline } from '../trial/baseline.js'
import type { NetworkToRetrain } from '../trial/figures.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import { mostAttempts } from '../trial/smallest.js'
import { retrainStepSeconds } from '../trial/timing.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint } from './checkpoints.js'
import { planOf, type RunPlan } from './plan-run.js'
import type { FinishedRun } from './run-folder.js'
import { resumeRun, searchRun, type SearchRunOptions } from './search-run.js'

export interface TimedRunOptions extends Omit<SearchRunOptions, 'resume' | 'previous' | 'set'> {
  /** Seconds until the run shall be finished. */
  readonly seconds: number
  /** When they began, as `performance.now()` tells it; by default with the call. */
  readonly began?: number
}

/** Of the time a search gets at most so much: what it finds must still be trained, and so must what it is held against. */
const searchShare = 0.35
/** What reading, writing, measuring and the report take, about: so many seconds and such a share of the time. */
const [aside, asideShare] = [4, 0.03]
/** Less than that teaches nothing. */
const fewestSteps = 20

/**
 * A run that is over after so many seconds, as far as its steps can be foretold. Lengths of the search and of retraining that
 * are too long for the time are cut, by what a few steps take here: that of the search before it, that of retraining after
 * it, when it is known what is left. A run that needs less time takes less. The search's length stands in the run's
 * `config.json`, that of retraining among its interventions: with both it can be run again without a clock. Throws InputError
 * where the time is too short.
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
  const set = found < trial.config.retrain.steps ? [`retrain.steps=${found}`] : []
  // The run has its configuration, and what was told is told once.
  const { config: _, folder: __, onData: ___, onPlan: ____, ...hooks } = options
  return resumeRun(out, { ...hooks, set })
}

const secondsOf = ({ minutes: { earlier, search, baseline, retrain } }: RunPlan): number =>
  60 * (sum(earlier) + search + (baseline ?? 0) + retrain)

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** A configuration's own length makes way. */
const without = ({ epochs: _, ...search }: Config['search']): Config['search'] => search

/** Steps of a search in its share of the time, or in all that is left where retraining needs less than its own. */
function searchSteps(
  { config }: Trial,
  stages: NonNullable<Config['stages']>,
  { minutes }: RunPlan,
  left: number,
  seconds: number,
): number {
  // A search before the last that has no length of its own has that of the last, and is cut with it.
  const isOwn = stages.map(({ search = {} }) => 'steps' in search || 'epochs' in search)
  const earlier = (own: boolean) => 60 * sum(minutes.earlier.filter((_, i) => isOwn[i] === own))
  const perStep = (60 * minutes.search + earlier(false)) / config.search.steps
  const others = 60 * (minutes.retrain + (minutes.baseline ?? 0))
  const forSearches = Math.max(searchShare * left, left - others)
  const steps = Math.floor((forSearches - earlier(true)) / perStep)
  if (steps >= fewestSteps) return Math.min(steps, config.search.steps)
  const needed = Math.ceil(seconds - left + (earlier(true) + fewestSteps * perStep) / searchShare)
  throw new InputError(
    `time: expected at least ${needed} seconds for ${fewestSteps} steps of this search here, got ${seconds}; take fewer rows (data.limit) or a smaller space`,
  )
}

/** Steps of each retraining, that of the unpruned supernet included, in the time that is left. */
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
  // Halving so many sizes, and what the search ended with, takes so many of them.
  const tried = schedule.budget?.tolerance === undefined ? 1 : Math.ceil(Math.log2(progress.menu.length + 2))
  const perStep = (wantsBaseline(trial) ? whole : 0) + (Math.min(tried, mostAttempts) * (ended + passed)) / 2
  const spent = (performance.now() - start) / 1000
  return Math.max(fewestSteps, Math.floor((left - spent) / perStep))
}

const asNetwork = ({ graph, constants }: Discrete): NetworkToRetrain => ({ graph, initial: constants })

/** What is left of a trial's supernet, as a network. */
function networkLeft({ supernet, config }: Trial, members: Checkpoint['members']): NetworkToRetrain {
  const left = restrictToLeft(supernet, members)
  return asNetwork(discretise(left, uniformGates(left), retrainedAs(config.retrain)))
}
