import type { Event } from '../events/types.js'
import { motionOf } from '../search/gates/gate-time.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { taskCost } from '../supernet/cost.js'
import { restrictTo } from '../supernet/prune.js'
import type { Supernet } from '../supernet/types.js'
import { baselineKey, baselineOf, isUnpruned, teacherFor, trainBaseline, wantsBaseline } from './baseline.js'
import type { Baseline, Removed, Retrained, Searched, Sized, Tolerated } from './figures.js'
import { calibrated } from './calibrate.js'
import { decidedBy } from './decide.js'
import { summariseTrial } from './measure.js'
import { removedBy } from './removed.js'
import { networkToRetrain } from './retrain-architecture.js'
import { retrainStage } from './retrain-stage.js'
import { searchSupernet } from './search-stage.js'
import { smallestNearBest } from './near-best.js'
import { sizesOf, smallestWithin } from './smallest.js'
import { compete } from './rivals/compete.js'
import { behindStages } from './stages.js'
import { trainingAgain, type TrainingAgain } from './training-again.js'
import type { Trial, TrialHooks, TrialResult } from './types.js'

/** Searches, derives, retrains and judges. Frees everything that it allocates. */
export async function runTrial(given: Trial, givenHooks: TrialHooks): Promise<TrialResult> {
  const { trial, hooks } = await behindStages(given, givenHooks)
  const { checkpoint, baseline: known } = hooks
  if (known && known.of !== baselineKey(trial))
    throw new Error('baseline: expected that of a trial that differs in its schedule alone, got another')
  hooks.emit({ ...startEvent(trial), ...(checkpoint && { from: checkpoint.step }) })
  if (trial.lessons) hooks.emit({ type: 'lessons', ...trial.lessons })
  const [searched, seconds] = await timed(() => searchSupernet(trial, hooks))
  return finishTrial(trial, hooks, searched, seconds)
}

/**
 * Derives, retrains and judges what a trial's search left. `seconds` is how long the search took. Frees
 * everything that it allocates.
 */
export async function finishTrial(
  trial: Trial,
  hooks: TrialHooks,
  searched: Searched,
  seconds: number,
): Promise<TrialResult> {
  hooks.emit({ type: 'stage', stage: 'search', seconds })
  const retrained = await retrainSearched(trial, hooks, searched)
  hooks.emit({ type: 'stage', stage: 'retrain', seconds: retrained.seconds.retrain })
  const decided = decidedBy(trial, calibrated(trial, retrained.final))
  const { retrained: final, decision } = decided
  const removed = removedFrom(trial, searched, retrained)
  if (removed.notice !== null) hooks.emit(hardlyRemoved(searched.steps, removed))
  const { chosen, baseline } = retrained
  const { tried, lesson, steps, menu, schedule } = searched
  const summary = await summariseTrial(decided.trial, {
    searched,
    removed,
    ...retrained,
    final,
    decision,
  })
  const [rivals, rivalSeconds] = await timed(() => compete(trial, hooks, summary.measured))
  if (rivals) hooks.emit({ type: 'stage', stage: 'rivals', seconds: rivalSeconds })
  return {
    architecture: chosen.architecture,
    menu,
    schedule,
    steps,
    graph: final.graph,
    values: final.values,
    tried,
    ...(lesson !== undefined && { lesson }),
    ...(baseline && { baseline }),
    losses: final.losses,
    measured: summary.measured,
    metrics: { ...summary.metrics, ...(rivals && { rivals }) },
    seconds: { search: seconds, ...retrained.seconds, ...(rivals && { rivals: rivalSeconds }) },
  }
}

/** The result of retraining what a search left. */
interface RetrainedSearch {
  /** The architecture that was retrained: the one with which the search ended, or a size that it passed. */
  readonly chosen: Sized
  readonly left: Supernet
  readonly final: Retrained
  readonly baseline: Baseline | null
  readonly again: TrainingAgain
  readonly tolerated?: Tolerated
  readonly seconds: { readonly baseline: number | null; readonly retrain: number }
}

/**
 * Trains the unpruned supernet if it is wanted, and then retrains the architecture with which the search
 * ended or, under a tolerance, the smallest size within it.
 */
async function retrainSearched(
  trial: Trial,
  hooks: TrialHooks,
  searched: Searched,
): Promise<RetrainedSearch> {
  const { config, supernet, schedule } = trial
  const { tolerance, against, limit = Infinity } = schedule.budget ?? {}
  const ended = endedWith(trial, searched)
  const inherited = config.retrain.from === 'inherited' ? searched.weights : undefined
  const { graph, initial } = networkToRetrain(trial, ended.architecture, inherited)
  const same = isUnpruned(trial, { graph, initial })
  const wanted = wantsBaseline(trial)
  const [trainedBaseline, baselineSeconds] = await timed(async () =>
    wanted && !same ? (hooks.baseline ?? trainBaseline(trial, hooks)) : null,
  )
  const [retrainOutcome, retrainSeconds] = await timed(async () => {
    if (tolerance !== undefined && !same) {
      const choose = against === 'best' ? smallestNearBest : smallestWithin
      return choose(trial, hooks, tolerance, sizesOf(searched.menu, ended, limit), trainedBaseline)
    }
    const retrained = await retrainStage(
      trial,
      hooks,
      'retrain',
      graph,
      initial,
      teacherFor(trial, trainedBaseline),
    )
    return { chosen: ended, final: retrained }
  })
  return {
    ...retrainOutcome,
    left:
      retrainOutcome.chosen === ended
        ? searched.supernet
        : restrictTo(supernet, retrainOutcome.chosen.architecture).supernet,
    again: trainingAgain(trial, hooks, {
      architecture: retrainOutcome.chosen.architecture,
      inherited,
      baseline: trainedBaseline,
    }),
    baseline: wanted && same ? baselineOf(trial, retrainOutcome.final) : trainedBaseline,
    seconds: {
      baseline: trainedBaseline && !hooks.baseline ? baselineSeconds : null,
      retrain: retrainSeconds,
    },
  }
}

const removedFrom = (
  { supernet, relaxation }: Trial,
  { schedule: used, steps, gates: weights }: Searched,
  { left, tolerated }: RetrainedSearch,
): Removed => removedBy(supernet, left, { used, steps, relaxation, weights, tolerated })

/** The architecture with which a search ended, and its cost in the metric of the budget. */
function endedWith({ schedule, latency }: Trial, { supernet, architecture }: Searched): Sized {
  const metric = schedule.budget?.metric ?? 'parameters'
  const { cost } = architectureCosts(supernet, metric, latency)({})
  return { size: null, cost, architecture }
}

/** The first event of a run. */
export function startEvent({
  config,
  supernet,
  data,
  schedule,
  metric,
  relaxation,
}: Trial): Event & { type: 'start' } {
  const groups = supernet.groups.map(({ name, layer, kind, members }) => ({
    name,
    layer,
    kind,
    members: members.map((member) => member.name),
  }))
  const gates = motionOf(schedule, relaxation, config.search.gates.travel)
  return {
    type: 'start',
    name: config.name,
    data: data.dataset.name,
    seed: config.seed,
    backend: config.backend,
    space: supernet.space,
    layers: [...supernet.layers],
    groups,
    steps: schedule.steps,
    retrainSteps: config.retrain.steps,
    parameters: taskCost(supernet).parameters,
    metric,
    gates,
  }
}

const hardlyRemoved = (step: number, { members, notice }: Removed): Event => ({
  type: 'alarm',
  step,
  alarm: members === 0 ? 'nothing-removed' : 'little-removed',
  layer: null,
  message: notice!,
})

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}
