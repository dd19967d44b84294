import { prepare } from '../planners/try-out.js'
import { searchArchitecture } from '../search/search.js'
import type { Checkpoint } from '../search/state.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Trial, TrialHooks } from './types.js'

/** Searches, a planner's tries before it. The model stays the caller's. */
export async function searchStage(trial: Trial, hooks: TrialHooks, model: SupernetModel) {
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
  const prepared = await prepare(trial, hooks, context)
  const source = trial.planner?.(prepared?.plan)
  const save = (checkpoint: Checkpoint) => hooks.save?.(checkpoint)
  const search = await searchArchitecture(
    model,
    data,
    { ...context, emit, save, ...(source && { source }), ...(interventions && { interventions }) },
    hooks.checkpoint,
  )
  return { search, tried: prepared?.tried, lesson: trial.lesson?.(prepared?.plan, source?.state?.()) }
}
