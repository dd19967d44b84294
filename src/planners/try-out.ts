import * as tf from '@tensorflow/tfjs-core'
import { Failure, Interrupted } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import type { Event } from '../events/types.js'
import { scheduleSource, type ScheduleSource } from '../schedule/source.js'
import { memberCosts, sumOfMembers } from '../search/gates/member-costs.js'
import { beginModel, type Beginning } from '../search/initial.js'
import { searchArchitecture } from '../search/search.js'
import type { SearchContext } from '../search/state.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import type { Latency, MemberMetric } from '../supernet/types.js'
import { evaluate } from '../train/evaluate.js'
import { modelNetwork } from '../train/network.js'
import type { SearchOptions } from '../train/training.js'
import type { Proposal, TryOutcome, Tried, Try, Trying } from './trying.js'
import type { Planning } from './types.js'

/** The trial for which whole searches are tried, before its stages. */
interface Tryable extends Planning, Beginning {
  readonly data: PreparedData
  readonly latency?: Latency
}

/** The tries of an interrupted run, which need not be repeated, and a function that saves tries. */
export interface KnownTries {
  readonly known: readonly Tried[]
  save(tried: readonly Tried[]): void
  /**
   * Runs proposals in another place, in place of `Trying.run`. `first` is the number of tries before them;
   * `weights` trains those with which all of them begin.
   */
  elsewhere?(
    asked: readonly Proposal[],
    first: number,
    weights: () => Promise<ReadonlyMap<string, Float32Array>>,
  ): AsyncIterable<TryOutcome>
}

type Weights = ReadonlyMap<string, Float32Array>

/** The weights with which tries begin, after so many iterations. */
type Warm = (steps: number) => Promise<Weights>

/** A search, as its tries have it. */
type Context = Omit<SearchContext, 'emit' | 'save'>

/** What a planner found, and how much it tried. */
export interface Prepared {
  readonly plan: unknown
  readonly tried: { readonly schedules: number; readonly steps: number }
}

/**
 * Lets a planner try whole searches if it needs any. Throws Interrupted if a signal stops it. Frees
 * everything that it allocates.
 */
export async function prepare(
  trial: Tryable,
  hooks: { emit(event: Event): void; readonly tries?: KnownTries | undefined },
  context: Context,
): Promise<Prepared | undefined> {
  if (!trial.prepare) return undefined
  const { tryOf } = trial.prepare
  const tried: Tried[] = []
  const warm = warmWeights(trial, context)
  const here: Trying['run'] = async function* (asked) {
    for (const proposal of asked) yield await tryProposal(trial, proposal, context, warm)
  }
  const plan = await trial.prepare.run({
    known: hooks.tries?.known ?? [],
    run: (asked) =>
      hooks.tries?.elsewhere?.(asked, tried.length, () => warm(tryOf(asked[0]!).warm)) ?? here(asked),
    add(done) {
      tried.push(done)
      const { generation, rung, steps, error, cost: share } = done
      hooks.emit({ type: 'try', number: tried.length, generation, rung, steps, error, cost: share })
      hooks.tries?.save(tried)
    },
  })
  return {
    plan,
    tried: {
      schedules: tried.filter(({ rung }) => rung === 0).length,
      steps: tried.reduce((sum, { steps }) => sum + steps, 0),
    },
  }
}

const silent = { emit: () => undefined, save: () => undefined }

/**
 * Returns a function that trains weights for some iterations of the base, with gates as at the beginning. The
 * last result is reused.
 */
function warmWeights(trial: Tryable, context: Context): Warm {
  let made: { readonly steps: number; readonly weights: Weights } | undefined
  return async (steps) => {
    if (made?.steps === steps) return made.weights
    const model = beginModel(trial)
    const stop = new AbortController()
    const written = scheduleSource(context.schedule)
    const source: ScheduleSource = {
      at: (t, observed) => {
        if (t === steps - 1) stop.abort()
        return written.at(t, observed)
      },
    }
    try {
      if (steps > 0) {
        const signal = context.signal ? AbortSignal.any([context.signal, stop.signal]) : stop.signal
        await searchArchitecture(model, trial.data, { ...context, ...silent, source, signal })
        if (context.signal?.aborted) throw new Interrupted('interrupted while planning')
      }
      made = { steps, weights: model.weights.values() }
      return made.weights
    } finally {
      model.dispose()
    }
  }
}

/**
 * Tries one proposal of a trial's planner. The weights with which it begins are trained here if `warm` does
 * not give them. Throws Interrupted if a signal stops it. Frees everything that it allocates.
 */
export async function tryProposal(
  trial: Tryable,
  proposal: Proposal,
  context: Context,
  warm: Warm = warmWeights(trial, context),
): Promise<TryOutcome> {
  const { tryOf, cost } = trial.prepare!
  const asked = tryOf(proposal)
  return tryOut(trial, { ...context, ...asked }, await warm(asked.warm), cost)
}

/** Runs one short search. */
async function tryOut(
  trial: Tryable,
  context: Context & Try,
  weights: Weights,
  metric: MemberMetric,
): Promise<TryOutcome> {
  const { data, latency } = trial
  const scale = (trial.schedule.prune.until - context.warm) / context.schedule.prune.until
  const model = beginModel({ ...trial, relaxation: inStep(trial.relaxation, context.warm, scale) })
  try {
    for (const [name, values] of weights)
      model.weights.set(name, tf.tensor(values, model.weights.get(name).shape))
    const { reason } = await searchArchitecture(model, data, {
      ...context,
      ...silent,
      options: hastened(context.options, scale),
    })
    if (reason === 'interrupted') throw new Interrupted('interrupted while planning')
    const network = modelNetwork(model)
    const isClass = data.dataset.task.kind === 'classification'
    const value = evaluate(network, data, data.splits.validation, isClass ? 'cross-entropy' : 'r2')!
    const loss = isClass ? value : 1 - value
    // What JSON has no number for is a divergence, wherever the outcome was computed.
    return { error: Number.isFinite(loss) ? loss : null, cost: costShare(model, metric, latency) }
  } catch (error) {
    // A schedule under which the search diverges is a bad schedule, but the others can still be tried.
    if (error instanceof Failure) return { error: null, cost: costShare(model, metric, latency) }
    throw error
  } finally {
    model.dispose()
  }
}

/** The relaxation with the temperature that the whole search has at the same relative time. */
const inStep = (relaxation: Relaxation, warm: number, scale: number): Relaxation => {
  const { temperatureAt } = relaxation
  return temperatureAt ? { ...relaxation, temperatureAt: (t) => temperatureAt(warm + t * scale) } : relaxation
}

/** Settings of a search that is shorter by a factor, but looks at gates equally often in total. */
const hastened = (options: SearchOptions, scale: number): SearchOptions => ({
  ...options,
  ...(options.inspectEvery !== undefined && {
    inspectEvery: Math.max(1, Math.round(options.inspectEvery / scale)),
  }),
  // Nobody will ask why a member was removed in a try.
  ablationRows: 0,
  // A schedule that diverges is judged as it is, without roll-backs.
  rollback: { ...options.rollback, tries: 0 },
})

function costShare(
  { supernet, origin }: SupernetModel,
  metric: MemberMetric,
  latency: Latency | undefined,
): number {
  const costs = [supernet, origin].map((each) =>
    metric === 'latency' ? sumOfMembers(each, memberCosts(each, metric, latency)) : taskCost(each)[metric],
  )
  return costs[0]! / costs[1]!
}
