import { Interrupted } from '../base/errors.js'
import { prepare, tryProposal } from '../planners/try-out.js'
import type { Proposal, TryOutcome } from '../planners/trying.js'
import { beginModel } from '../search/initial.js'
import { searchArchitecture, type SearchOutcome } from '../search/search.js'
import type { Checkpoint } from '../search/state.js'
import type { SupernetModel } from '../supernet/model.js'
import type { Searched } from './figures.js'
import { measureSearched } from './measure.js'
import type { Trial, TrialHooks } from './types.js'

/**
 * Trains the weights and gates of a trial's supernet together under its schedule, and prunes the supernet
 * until it is a legal architecture. It retrains nothing, and runs none of `trial.stages`, which `runTrial`
 * does. Throws Interrupted if a signal stops it, and Diverged if the loss cannot be kept finite.
 */
export const searchSupernet = (trial: Trial, hooks: TrialHooks): Promise<Searched> =>
  searchStage(trial, hooks, (model, { search, ...planned }) => {
    const { reason, steps, jumps, menu, used: schedule } = search
    return {
      reason,
      steps,
      jumps,
      menu,
      schedule,
      supernet: model.supernet,
      weights: new Map(model.weights.values()),
      gates: model.gateValues(),
      architecture: model.architecture(),
      figures: measureSearched(trial, model),
      ...planned,
    }
  })

interface SearchedStage {
  readonly search: SearchOutcome & Pick<Searched, 'reason'>
  readonly tried?: Searched['tried']
  readonly lesson?: unknown
}

/**
 * Runs a search, after the tries of a planner if it has any, calls `use` with the model, and frees that. With
 * it, `searches` are left.
 */
export async function searchStage<T>(
  trial: Trial,
  hooks: TrialHooks,
  use: (model: SupernetModel, outcome: SearchedStage) => T,
  searches = 1,
): Promise<T> {
  const { emit, interventions, clock } = hooks
  const context = contextOf(trial, hooks)
  const model = beginModel(trial)
  try {
    const prepared = await prepare(trial, hooks, context)
    const source = trial.planner?.(prepared?.plan)
    const save = (checkpoint: Checkpoint) => hooks.save?.(checkpoint)
    const search = await searchArchitecture(
      model,
      trial.data,
      {
        ...context,
        emit,
        save,
        source,
        interventions,
        ...(clock && { pace: (at) => clock.pace({ ...at, searches }) }),
      },
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

/**
 * Tries a proposal of a trial's planner, as the planner's own trial does before its search. `weights` are
 * those with which all tries begin; they are trained if they are not given. Throws Interrupted if a signal
 * stops it.
 */
export const tryIn = (
  trial: Trial,
  proposal: Proposal,
  hooks: Pick<TrialHooks, 'signal' | 'execute'>,
  weights?: ReadonlyMap<string, Float32Array>,
): Promise<TryOutcome> =>
  tryProposal(trial, proposal, contextOf(trial, hooks), weights && (() => Promise.resolve(weights)))

/** What all searches of a trial have in common. */
const contextOf = (
  { config, schedule, terms, rules, latency, loss, metric, random, identity }: Trial,
  { signal, execute }: Pick<TrialHooks, 'signal' | 'execute'>,
) => ({
  options: config.search,
  schedule,
  terms,
  loss,
  metric,
  random,
  identity,
  latency,
  rules,
  signal,
  execute,
})
