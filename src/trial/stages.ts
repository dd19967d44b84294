import { Failure, anotherCheckpoint, Interrupted } from '../base/errors.js'
import type { Event, EventOf } from '../events/types.js'
import type { Carried, Checkpoint } from '../search/state.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import type { GateGroup, Supernet } from '../supernet/types.js'
import { Diverged } from '../train/diverged.js'
import { searchStage } from './search-stage.js'
import type { Trial, TrialHooks, TrialStage } from './types.js'

/** Whether a checkpoint is of the last search, which follows all stages. */
export const isOfLast = ({ stages = [] }: Pick<Trial, 'stages'>, { stage }: Checkpoint): boolean =>
  stage === undefined ? stages.length === 0 : stage.search === stages.length

/**
 * Runs the searches before the last one, each on what the one before it left (progressive shrinking: Chen et
 * al., arXiv:1904.12760), or continues from the checkpoint. Returns the trial of the last search. Throws
 * Interrupted if a signal stops it.
 */
export async function behindStages(
  trial: Trial,
  hooks: TrialHooks,
): Promise<{ trial: Trial; hooks: TrialHooks }> {
  const { stages } = trial
  const { checkpoint } = hooks
  // The checkpoint is of another configuration. If the number of searches is equal, its identity reveals that
  // later.
  if (
    checkpoint &&
    (checkpoint.stage ? checkpoint.stage.search > (stages?.length ?? -1) : stages !== undefined)
  )
    throw anotherCheckpoint()
  if (!stages) return { trial, hooks }
  const { search: at = 0, carried: before } = checkpoint?.stage ?? {}
  let carried = before
  for (let search = at; search < stages.length; search++)
    carried = await earlier(stages, search, carried, hooks)
  const last = carried ? trial.continued!(carried) : trial
  return { trial: last, hooks: { ...hooks, ...savingAs(hooks, stages.length, carried) } }
}

/** The trial of a checkpoint's search, which continues from what the earlier searches left. */
export const onWhatWasLeft = (trial: Trial, { stage }: Checkpoint): Trial =>
  stage?.carried ? trial.continued!(stage.carried) : trial

/**
 * Checkpoint hooks for one of several searches: its checkpoints name the search, and only those are used to
 * resume it.
 */
const savingAs = (
  { checkpoint, save }: Pick<TrialHooks, 'checkpoint' | 'save'>,
  search: number,
  carried: Carried | undefined,
): Pick<TrialHooks, 'checkpoint' | 'save'> => ({
  checkpoint: checkpoint?.stage?.search === search ? checkpoint : undefined,
  save: (state) => save?.({ ...state, stage: { search, carried } }),
})

/** Runs a search before the last one. Returns what it leaves to the next search. */
async function earlier(
  stages: readonly TrialStage[],
  search: number,
  before: Carried | undefined,
  { emit, signal, execute, clock, ...saving }: TrialHooks,
): Promise<Carried> {
  const { begin, weights } = stages[search]!
  const trial = begin(before)
  const place = { search, of: stages.length }
  const hooks = {
    ...savingAs(saving, search, before),
    signal,
    execute,
    clock,
    emit: (event: Event) => {
      if (event.type === 'alarm' || event.type === 'intervention') emit({ type: 'notice', ...place, event })
      if (event.type === 'evaluation') emit(earlierEvent(event, place, trial.schedule.steps))
    },
  }
  try {
    const passOn = (model: SupernetModel, done: number): Carried => {
      emit(carriedEvent(model, place, done))
      return { members: membersOf(model), ...(weights && { weights: new Map(model.weights.values()) }) }
    }
    const left = stages.length + 1 - search
    return await searchStage(trial, hooks, (model, outcome) => passOn(model, outcome.search.steps), left)
  } catch (error) {
    if (error instanceof Interrupted)
      throw new Interrupted(`interrupted in search ${search + 1} of ${stages.length + 1}`)
    if (error instanceof Diverged) throw divergedIn(error, search, stages.length + 1)
    throw error
  }
}

/** The settings of a stage cannot be changed during a run, so that its divergence ends the run. */
const divergedIn = ({ message }: Diverged, search: number, of: number): Failure =>
  new Failure(
    `search ${search + 1} of ${of}: ${message.replaceAll('config.search.', `config.stages.${search}.search.`)}; start a new run`,
  )

interface Place {
  readonly search: number
  readonly of: number
}

const earlierEvent = (event: EventOf<'evaluation'>, place: Place, steps: number): Event => {
  const { step, loss, validation, parameters, stepMs } = event
  return { type: 'earlier', ...place, step, steps, loss: loss.total, validation, parameters, stepMs }
}

/** What a search leaves to the next one: counts, parameters, and the names of the chosen operations. */
function carriedEvent({ supernet, origin }: SupernetModel, place: Place, steps: number): Event {
  const count = (groups: readonly GateGroup[], kind: GateGroup['kind']) =>
    groups.filter((group) => group.kind === kind).reduce((sum, { members }) => sum + members.length, 0)
  const kinds = ['operations', 'inputs', 'units'] as const
  const left = kinds.map((kind) => [
    kind,
    { left: count(supernet.groups, kind), of: count(origin.groups, kind) },
  ])
  const choices = supernet.groups.filter(({ kind }) => kind === 'operations')
  return {
    type: 'carried',
    ...place,
    steps,
    parameters: taskCost(supernet).parameters,
    left: Object.fromEntries(left) as EventOf<'carried'>['left'],
    choices: membersOf({ supernet: { groups: choices } }),
  }
}

const membersOf = ({ supernet }: { supernet: Pick<Supernet, 'groups'> }): Record<string, string[]> =>
  Object.fromEntries(supernet.groups.map(({ name, members }) => [name, members.map((member) => member.name)]))
