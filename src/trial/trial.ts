import { Interrupted } from '../base/errors.js'
import type { Event } from '../events/types.js'
import { motionOf } from '../search/gates/gate-time.js'
import { beginModel } from '../search/initial.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import { restrictTo } from '../supernet/prune.js'
import { baselineKey, baselineOf, isUnpruned, teacherFor, trainBaseline, wantsBaseline } from './baseline.js'
import type { Removed, Sized } from './figures.js'
import { measureSearched, summarise } from './measure.js'
import { removedBy } from './removed.js'
import { networkToRetrain } from './retrain-architecture.js'
import { retrainStage } from './retrain-stage.js'
import { searchStage } from './search-stage.js'
import { sizesOf, smallestWithin } from './smallest.js'
import { behindStages } from './stages.js'
import type { Trial, TrialHooks, TrialResult } from './types.js'

/** Searches, derives, retrains and judges. Frees everything that it allocated. */
export async function runTrial(given: Trial, givenHooks: TrialHooks): Promise<TrialResult> {
  const { trial, hooks } = await behindStages(given, givenHooks)
  const { config, supernet, relaxation } = trial
  const { baseline: known } = hooks
  if (known && known.of !== baselineKey(trial))
    throw new Error('baseline: expected that of a trial that differs in its schedule alone, got another')
  const model = beginModel(trial)
  try {
    const { checkpoint } = hooks
    hooks.emit({ ...startEvent(trial), ...(checkpoint && { from: checkpoint.step }) })
    if (trial.lessons) hooks.emit({ type: 'lessons', ...trial.lessons })
    const [{ search, tried, lesson }, searchSeconds] = await timed(() => searchStage(trial, hooks, model))
    hooks.emit({ type: 'stage', stage: 'search', seconds: searchSeconds })
    if (search.reason === 'interrupted') throw new Interrupted('interrupted while searching')
    const searched = measureSearched(trial, model)
    const { tolerance } = trial.schedule.budget ?? {}
    const ended = endedWith(trial, model)
    const inherited = config.retrain.from === 'inherited' ? new Map(model.weights.values()) : undefined
    const { graph, initial } = networkToRetrain(trial, ended.architecture, inherited)
    const same = isUnpruned(trial, { graph, initial })
    const wanted = wantsBaseline(trial)
    const [apart, baselineSeconds] = await timed(async () =>
      wanted && !same ? (known ?? trainBaseline(trial, hooks)) : null,
    )
    const [{ chosen, final, tolerated }, retrainSeconds] = await timed(async () => {
      if (tolerance !== undefined && !same) {
        const sizes = sizesOf(search.menu, ended, trial.schedule.budget!.limit)
        return smallestWithin(trial, hooks, tolerance, sizes, apart)
      }
      const retrained = await retrainStage(trial, hooks, 'retrain', graph, initial, teacherFor(trial, apart))
      return { chosen: ended, final: retrained, tolerated: undefined }
    })
    hooks.emit({ type: 'stage', stage: 'retrain', seconds: retrainSeconds })

    const { architecture } = chosen
    const left = chosen === ended ? model.supernet : restrictTo(supernet, architecture).supernet
    const removed = removedBy(supernet, left, {
      ...search,
      relaxation,
      weights: model.gateValues(),
      ...(tolerated && { tolerated }),
    })
    if (removed.notice !== null) hooks.emit(hardlyRemoved(search.steps, removed))
    const baseline = wanted && same ? baselineOf(trial, final) : apart
    return {
      architecture,
      menu: search.menu,
      graph: final.graph,
      values: final.values,
      schedule: search.used,
      steps: search.steps,
      ...(tried && { tried }),
      ...(lesson !== undefined && { lesson }),
      ...(baseline && { baseline }),
      metrics: summarise(trial, {
        chosen,
        left,
        search,
        removed,
        searched: chosen === ended ? searched : { ...searched, kept: null, dropped: null },
        baseline,
        final,
        ...(tolerated && { tolerated }),
      }),
      seconds: {
        search: searchSeconds,
        baseline: apart && !known ? baselineSeconds : null,
        retrain: retrainSeconds,
      },
    }
  } finally {
    model.dispose()
  }
}

/** What a search ended with, and what it costs of its budget. */
function endedWith({ schedule, latency }: Trial, model: SupernetModel): Sized {
  const metric = schedule.budget?.metric ?? 'parameters'
  const { cost } = architectureCosts(model.supernet, metric, latency)({})
  return { size: null, cost, architecture: model.architecture() }
}

/** What a run's events begin with. */
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
    ...(gates && { gates }),
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
