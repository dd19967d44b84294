import { discretise, retrainedAs, uniformGates, unprunedNetwork, type Discrete } from '../derive/network.js'
import { costOf } from '../nn/cost.js'
import { resamples } from '../objective/bootstrap.js'
import { inspectionInterval } from '../search/gates/gate-time.js'
import { smallest } from '../supernet/cost-range.js'
import { isWidth } from '../supernet/types.js'
import { furtherPerRow, isTaught, wantsBaseline } from './baseline.js'
import { furtherTrainings } from './criteria/stability.js'
import {
  noSeconds,
  retrained,
  searchSpan,
  sumOf,
  times,
  trainingSpan,
  type SearchWork,
  type Span,
} from './expected.js'
import type { NetworkToRetrain } from './figures.js'
import { rehearseSearch, timedFlops, type Clocks, type SearchTimes } from './rehearsal.js'
import { rivalsSpan } from './rivals/expected.js'
import { attemptsOf } from './smallest.js'
import { trainingTimes, type TrainingTimes } from './timing.js'
import type { Trial } from './types.js'

/** What was measured of a trial before it begins, in seconds. */
export interface MeasuredTimes {
  readonly search: SearchTimes
  /** Training the unpruned supernet, and the smallest network that may be left of it. */
  readonly whole: TrainingTimes
  readonly small: TrainingTimes
  /** How much longer that takes on the wall than on a processor, for other work of the machine. */
  readonly stretch: number
}

/** The seconds that the parts of a trial are expected to take. */
export interface Expected {
  /** Of each search before the last one, as if the ones before it removed nothing. */
  readonly earlier: readonly Span[]
  readonly search: Span
  /** The training of the unpruned supernet; null without it. */
  readonly baseline: Span | null
  readonly retrain: Span
  /** Trainings with further seeds, for the criterion `stability`; null without it. */
  readonly further: Span | null
  /** Null without rivals. */
  readonly rivals: Span | null
  /** Measuring, exporting and reporting. */
  readonly rest: Span
  readonly total: Span
  readonly measured: MeasuredTimes
}

/**
 * Times a few steps of a trial's search, of training the unpruned supernet and of training the smallest network,
 * each for about `seconds`, and counts how often a run does what was timed. The machine is taken to stay as busy
 * with other work as it is meanwhile.
 */
export async function expectedOf(trial: Trial, seconds: number, clocks: Clocks): Promise<Expected> {
  const { config, supernet, stages = [] } = trial
  const least = smallest(supernet, 'parameters')
  const { wall, busy } = clocks
  const [began, before] = [wall(), busy()]
  const search = rehearseSearch(trial, seconds, busy)
  const timed = (network: Discrete) => trainingTimesOf(trial, asNetwork(network), seconds, clocks)
  const whole = await timed(unprunedNetwork(supernet, config.retrain))
  const small = await timed(discretise(least, uniformGates(least), retrainedAs(config.retrain)))
  const earlier = stages.map(({ begin }) => {
    const stageTrial = begin(undefined)
    return { stageTrial, search: rehearseSearch(stageTrial, seconds / stages.length, busy) }
  })
  const stretch = (wall() - began) / Math.max(1e-6, busy() - before)
  const measured = {
    search: stretched(search, stretch),
    whole: stretched(whole, stretch),
    small: stretched(small.step > whole.step ? whole : small, stretch),
    stretch,
  }
  const spans = earlier.map(({ stageTrial, search: searchTimes }) =>
    searchOf(stageTrial, { ...measured, search: stretched(searchTimes, stretch) }),
  )
  return { ...expectedBy(trial, measured, spans), measured }
}

/** Times on the wall, from times of a processor. */
export const stretched = <T extends SearchTimes | TrainingTimes>(times: T, by: number): T => {
  const scaled: Record<string, number> = { ...times }
  for (const name of Object.keys(scaled)) scaled[name]! *= by
  return scaled as unknown as T
}

/** What a trial is expected to take by what was measured of it. */
export function expectedBy(
  trial: Trial,
  measured: MeasuredTimes,
  earlier: readonly Span[] = [],
): Omit<Expected, 'measured'> {
  const { config, schedule } = trial
  const { whole, small, stretch } = measured
  const search = searchOf(trial, measured)
  const baseline = wantsBaseline(trial) ? times(trainingSpan(config.retrain, whole), teachersOf(trial)) : null
  const usual = retrained(whole, small)
  const taught = (network: TrainingTimes) => ({
    ...network,
    step: taughtStep(trial, network.step, whole.step),
  })
  const each = {
    typical: trainingSpan(config.retrain, taught(usual)).typical,
    most: trainingSpan(config.retrain, taught(whole)).most,
  }
  const { typical, most } = attemptsIn(schedule.budget)
  const retrain = { typical: typical * each.typical, most: most * each.most }
  const more = furtherTrainings(config.criteria)
  const further = more === 0 ? null : times(each, more)
  const rivals = config.rivals?.length ? times(rivalsSpan(trial), stretch) : null
  const rest = times(restOf(trial), stretch)
  const total = sumOf([
    ...earlier,
    search,
    baseline ?? noSeconds,
    retrain,
    further ?? noSeconds,
    rivals ?? noSeconds,
    rest,
  ])
  return { earlier, search, baseline, retrain, further, rivals, rest, total }
}

/** How many unpruned supernets are trained to teach. */
export const teachersOf = (trial: Trial): number =>
  isTaught(trial) ? (trial.config.retrain.distillation.teachers ?? 1) : 1

/**
 * The seconds of a step of a network that is taught: rows without a target take as long as measured ones, and with augmentation
 * every teacher must predict the augmented examples in each step, which is a third of a step of its own.
 */
export function taughtStep(trial: Trial, step: number, whole: number): number {
  if (!isTaught(trial)) return step
  const { augment } = trial.config.retrain
  return step * (1 + furtherPerRow(trial)) + (augment ? (teachersOf(trial) * whole) / 3 : 0)
}

/** How many sizes are retrained as a rule, and at most: if none is within a tolerance, all of the supernet too. */
function attemptsIn(budget: Trial['schedule']['budget']): Span {
  const most = attemptsOf(budget)
  if (budget?.tolerance === undefined || budget.against === 'best') return { typical: most, most }
  return { typical: most - 1 / 3, most: most + 1 }
}

/** Seconds for the model, its verification and the report, and for a resampled row. */
const [writing, perDraw] = [1.5, 1e-8]

/** What follows the trainings: resamples for intervals, the export, the report. */
function restOf({ data: { splits }, config }: Trial): Span {
  const networks = 3 + (config.rivals?.length ?? 0)
  const draws = resamples * (splits.validation.length + splits.test.length) * networks
  const seconds = writing + perDraw * draws
  return { typical: seconds, most: 2 * seconds }
}

const searchOf = (trial: Trial, { search, whole, small }: MeasuredTimes): Span =>
  searchSpan(workOf(trial), search, leftOf(whole, small))

/** The share of a step's time that is left when a search ends, as a rule: between the smallest and the whole. */
export const leftOf = (whole: TrainingTimes, small: TrainingTimes): number =>
  (1 + small.step / whole.step) / 2

/** The rows of each split that an inspection measures at most while a tolerance eases λ. */
const mostLookRows = 2048

/** How often a search does what its rehearsal timed. */
export function workOf({ config, data, schedule, supernet }: Trial): SearchWork {
  const { search } = config
  const { train, validation } = data.splits
  const { budget } = schedule
  const isSteered = budget?.tolerance !== undefined && budget.against !== 'best'
  const look = isSteered
    ? Math.min(train.length, mostLookRows) + Math.min(validation.length, mostLookRows)
    : 0
  const sets = supernet.groups.reduce((sum, group) => sum + (isWidth(group) ? 5 : group.members.length), 0)
  return {
    phases: schedule.phases,
    prune: schedule.prune,
    steps: schedule.steps,
    evaluateEvery: search.evaluateEvery,
    inspectEvery: inspectionInterval(schedule, search),
    rows: { evaluation: validation.length, look },
    ablated: sets * Math.min(validation.length, search.ablationRows),
  }
}

/** Times a training, with smaller batches and fewer rows to evaluate on if the network is large. */
export async function trainingTimesOf(
  trial: Trial,
  network: NetworkToRetrain,
  seconds: number,
  clocks: Clocks,
): Promise<TrainingTimes> {
  const { config, data } = trial
  const affordable = Math.max(1, Math.floor(timedFlops / Math.max(1, costOf(network.graph).flops)))
  const batch = Math.min(config.retrain.batch, affordable)
  const { validation } = data.splits
  const shown = validation.subarray(0, Math.min(validation.length, affordable))
  const reducedTimes = await trainingTimes(
    {
      ...trial,
      config: { ...config, retrain: { ...config.retrain, batch, shards: 1 } },
      data: { ...data, splits: { ...data.splits, validation: shown } },
    },
    network,
    seconds,
    clocks,
  )
  return {
    step: (reducedTimes.step * config.retrain.batch) / batch,
    evaluation: reducedTimes.evaluation * (shown.length === 0 ? 1 : validation.length / shown.length),
  }
}

const asNetwork = ({ graph, constants }: Discrete): NetworkToRetrain => ({ graph, initial: constants })
