import { Interrupted } from '../base/errors.js'
import { prepare } from '../planners/try-out.js'
import type { Schedule } from '../schedule/types.js'
import { beginModel } from '../search/initial.js'
import { searchArchitecture, type SearchResult } from '../search/search.js'
import type { Checkpoint, MenuEntry } from '../search/state.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'
import { measureSearched, type SearchedFigures } from './measure.js'
import type { Trial, TrialHooks } from './types.js'

/** A supernet that was trained and pruned: values alone, no tensors. */
export interface Searched {
  readonly reason: Exclude<SearchResult['reason'], 'interrupted'>
  /** Iterations done. */
  readonly steps: number
  /** The metric lost, summed over every removal and projection. */
  readonly jumps: number
  /** What is left of the supernet, and its weights by name. */
  readonly supernet: Supernet
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Mixture weights of the members left, by group. */
  readonly gates: GateWeights
  /** The same as an architecture. */
  readonly architecture: Architecture
  /** What was kept at the sizes of the menu. */
  readonly menu: readonly MenuEntry[]
  /** With the λ that was used. */
  readonly schedule: Schedule
  readonly figures: SearchedFigures
  /** Where a planner tried whole searches: how many schedules, and in how many iterations all together. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** What the planner found, for other searches to start from. */
  readonly lesson?: unknown
}

/**
 * Trains the weights and gates of a trial's supernet together under its schedule, and prunes the supernet
 * until it is a legal architecture. It retrains nothing. It runs none of `trial.stages`; `runTrial` does.
 * Throws Interrupted if a signal stops it, and Diverged if the loss stays without a number.
 */
export const searchSupernet = (trial: Trial, hooks: TrialHooks): Promise<Searched> =>
  searchStage(trial, hooks, (model, { search, ...planned }) => {
    const { reason, steps, jumps, menu, used: schedule } = search
    return {
      ...{ reason, steps, jumps, menu, schedule },
      supernet: model.supernet,
      weights: new Map(model.weights.values()),
      gates: model.gateValues(),
      architecture: model.architecture(),
      figures: measureSearched(trial, model),
      ...planned,
    }
  })

interface Found {
  readonly search: SearchResult & Pick<Searched, 'reason'>
  readonly tried?: Searched['tried']
  readonly lesson?: unknown
}

/** Searches, a planner's tries before it, and calls back with the model, which it frees. */
export async function searchStage<T>(
  trial: Trial,
  hooks: TrialHooks,
  use: (model: SupernetModel, found: Found) => T,
): Promise<T> {
  const { config, data, schedule, terms, rules, latency, loss, metric, random, identity } = trial
  const { emit, signal, execute, interventions } = hooks
  const context = {
    options: config.search,
    schedule,
    terms,
    loss,
    metric,
    random,
    identity,
    ...(latency && { latency }),
    ...(rules && { rules }),
    ...(signal && { signal }),
    ...(execute && { execute }),
  }
  const model = beginModel(trial)
  try {
    const prepared = await prepare(trial, hooks, context)
    const source = trial.planner?.(prepared?.plan)
    const save = (checkpoint: Checkpoint) => hooks.save?.(checkpoint)
    const search = await searchArchitecture(
      model,
      data,
      { ...context, emit, save, ...(source && { source }), ...(interventions && { interventions }) },
      hooks.checkpoint,
    )
    const { reason } = search
    if (reason === 'interrupted') throw new Interrupted('interrupted while searching')
    const lesson = trial.lesson?.(prepared?.plan, source?.state?.())
    return use(model, {
      search: { ...search, reason },
      ...(prepared && { tried: prepared.tried }),
      ...(lesson !== undefined && { lesson }),
    })
  } finally {
    model.dispose()
  }
}
