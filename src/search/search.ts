import type { PreparedData } from '../data/types.js'
import { isBetter } from '../objective/metrics.js'
import type { Observed } from '../schedule/observed.js'
import { lambdaRecord, scheduleSource } from '../schedule/source.js'
import { phaseAt } from '../schedule/table.js'
import { dealTurns } from '../schedule/turns.js'
import type { CompiledPhase, Schedule } from '../schedule/types.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import { entropyByLayer, sparsityByLayer } from '../supernet/structure.js'
import { batching } from '../train/batching.js'
import type { Divergence } from '../train/course.js'
import { judgeTraining, predictsNumbers } from '../train/diverged.js'
import { evaluate } from '../train/evaluate.js'
import { runTraining, type Training } from '../train/loop.js'
import type { Shard } from '../train/shard.js'
import { intervene, steered } from '../train/steered.js'
import { allow, tolerantSource } from './decide/allowance.js'
import { measureAlone } from './decide/alone.js'
import { isUnsettled } from './decide/budget.js'
import { inspect } from './decide/inspect.js'
import { isMenuDue, passMenu, passSizes } from './decide/menu.js'
import { projectToLegal } from './decide/projection.js'
import { inspectionInterval } from './gates/gate-time.js'
import { expectedCosts } from './gates/layer-cost.js'
import { originOf, requireOrigin } from './initial.js'
import { keep, restore, returnToGood, save, stateOf } from './saving.js'
import { intervalsAt, keepPace, nextIteration, passes } from './pace.js'
import { freshProgress } from './progress.js'
import { replayLook, replayProjection } from './replay.js'
import type { Checkpoint, SearchProgress, Loop, MenuEntry, SearchContext } from './state.js'
import { handedSource, replayedInterventions } from './steering.js'
import { supernetStepper } from './stepper.js'
import { guarded, guardedSource, watch } from './watch/safeguards.js'

export interface SearchOutcome {
  readonly reason: 'finished' | 'early-stop' | 'alarm' | 'interrupted'
  /** The number of iterations done. */
  readonly steps: number
  /** The metric lost, summed over every removal and projection. */
  readonly jumps: number
  /** The architectures that were kept at the sizes of the menu. */
  readonly menu: readonly MenuEntry[]
  /** The schedule with the λ that was used. */
  readonly used: Schedule
}

/**
 * Trains a supernet's weights and gates together under a schedule, and prunes it, in place, until it is a
 * legal architecture. Continues from a checkpoint if one is given. Everything that it allocates is freed; the
 * caller keeps ownership of the model. Throws if the loss or a weight is not finite.
 */
export async function searchArchitecture(
  model: SupernetModel,
  data: PreparedData,
  given: SearchContext,
  from?: Checkpoint,
): Promise<SearchOutcome> {
  const progress: SearchProgress = from ? structuredClone(from.progress) : freshProgress()
  const context = steered(given, progress, 'search')
  const batches = batching(data, data.splits.train, context.options, context.random, 'search')
  const stepper = supernetStepper(model, data, context)
  const { schedule } = context
  const written = context.source ?? scheduleSource(schedule)
  const source = handedSource(
    guardedSource(
      tolerantSource(written, schedule, model.origin.groups, () => progress.allowance),
      schedule,
      () => progress.alarms,
    ),
    schedule,
    progress,
  )
  const record = lambdaRecord(context.schedule)
  const { used } = record
  const result = (reason: SearchOutcome['reason'], steps: number): SearchOutcome => ({
    reason,
    steps,
    jumps: progress.jumps,
    menu: progress.menu,
    used,
  })
  try {
    const origin = originOf(model, data)
    requireOrigin(origin, schedule)
    const parts = { model, data, context, batches, stepper, progress, source, record, used, origin }
    if (from) restore(parts, from)
    const loop: Loop = { ...parts, good: from?.good ?? (from ? withoutStage(from) : stateOf(parts, 0)) }
    takeUp(loop, from?.step ?? 0)
    // The log of a finished search is already complete.
    if (progress.finished) return result(progress.finished, from?.step ?? 0)
    const ended = await runTraining(trainingOf(loop), from?.step ?? 0)
    const t = ended.step
    if (ended.interrupted) {
      save(loop, t)
      return result('interrupted', t)
    }
    intervene(loop, replayedInterventions(schedule, progress, t))
    progress.finished ??= 'finished'
    passMenu(loop, t, true)
    if (isUnsettled(loop)) progress.jumps += projectToLegal(loop, t)
    model.takeAverage()
    context.emit({ type: 'done', stage: 'search', reason: progress.finished, step: t })
    save(loop, t)
    return result(progress.finished, t)
  } finally {
    stepper.dispose()
  }
}

/** A state without `stage`, which tells how the search began and does not change. */
const withoutStage = ({ stage: _, ...state }: Checkpoint): Checkpoint => state

/** Records and saves new interventions before the search continues, so that a crash does not lose them. */
function takeUp(loop: Loop, t: number): void {
  const { context } = loop
  const changed = context.interventions ?? []
  if (changed.length === 0) return
  intervene(loop, changed)
  save(loop, t)
}

const trainingOf = (loop: Loop): Training => ({
  steps: loop.context.schedule.steps,
  signal: loop.context.signal,
  ended: () => loop.progress.finished !== undefined,
  step: (t) => iterate(loop, t),
  next: (t) => nextIteration(loop.context.schedule, loop.progress, t),
  fault: (step) =>
    predictsNumbers(loop.stepper.network, loop.data)
      ? undefined
      : { step, why: 'a prediction is not finite' },
  goBack: (divergence) => returnToGood(loop, divergence),
})

/** Performs one iteration and what is due after it. Returns the divergence, if one was found. */
function iterate(loop: Loop, t: number): Divergence | undefined {
  const { context, batches, stepper, progress } = loop
  const { schedule } = context
  intervene(loop, replayedInterventions(schedule, progress, t))
  const phase = guarded(phaseAt(schedule, t), t, progress.alarms)
  if (phase.from === t) context.emit({ type: 'phase', step: t, name: phase.name })

  const shards = batches.at(t)
  const next = nextIteration(schedule, progress, t)
  const lambdas = loop.source.at(t, observedAt(loop, t, shards, phase, next - t))
  loop.record.add(t, lambdas, next)
  stepper.step(t, shards, phase, lambdas, next - t)
  const usual = {
    evaluateEvery: context.options.evaluateEvery,
    inspectEvery: inspectionInterval(schedule, context.options),
  }
  const every = intervalsAt(usual, progress, t)
  const due = passes(every.evaluations, t, next) || next === schedule.steps
  const looks = passes(every.looks, t, next) || due || next === schedule.prune.until
  // No decision may be based on losses that are not finite.
  if ((looks || isMenuDue(loop, next)) && !hasFiniteLosses(loop))
    return { step: next, why: 'the loss is not finite' }
  passMenu(loop, next)
  if (looks) inspect(loop, next, due)
  if (schedule.replay) replayLook(loop, schedule.replay.removals, next)
  if (looks) {
    // Members that are removed at an inspection are gone before a size is kept; those that a projection
    // removes are not gone yet.
    passSizes(loop, next)
    allow(loop, next)
    keepPace(loop, next)
  }
  if (schedule.replay) replayProjection(loop, schedule.replay.removals, next)
  else if (next >= schedule.prune.until && isUnsettled(loop)) progress.jumps += projectToLegal(loop, next)
  return due ? look(loop, next) : undefined
}

/** What the source of λ can observe before iteration t, whose gates move as far as in `span` iterations. */
function observedAt(
  loop: Loop,
  t: number,
  shards: readonly Shard[],
  phase: CompiledPhase,
  span: number,
): Observed {
  const { model, context, stepper, progress } = loop
  const seen = {
    gateValues: () => model.gateValues(),
    supernet: model.supernet,
    lossesAlone: (group: string, member: string) => measureAlone(loop, group, member, t),
  }
  return {
    ...seen,
    turned: (row) => dealTurns(context.schedule, t, row, progress.turns, seen),
    costs: (metric) => expectedCosts(model, metric, context.latency),
    lookAhead: (row, metric, moves) => stepper.lookAhead(t, shards, phase, row, { metric, moves, span }),
  }
}

function hasFiniteLosses({ stepper, progress }: Loop): boolean {
  stepper.drainInto(progress)
  return Object.values(progress.lossSums).every(Number.isFinite)
}

/** Evaluates the search after `next` steps. Returns the divergence, if one was found. */
function look(loop: Loop, next: number): Divergence | undefined {
  const { model, data, context, stepper, progress } = loop
  const { losses, stepMs } = stepper.drain(progress)
  const validation = evaluate(stepper.network, data, data.splits.validation, context.metric)
  const { course } = progress
  const verdict = judgeTraining(
    { course, network: stepper.network, data, metric: context.metric },
    losses,
    validation,
  )
  if ('why' in verdict) return { step: next, why: verdict.why }
  context.emit({
    type: 'evaluation',
    stage: 'search',
    step: next,
    loss: losses,
    validation,
    parameters: taskCost(model.supernet).parameters,
    sparsity: sparsityByLayer(model.supernet, model.origin),
    entropy: entropyByLayer(model.supernet.groups, model.gateValues()),
    stepMs,
  })
  const scales = stepper.scales()
  if (Object.values(scales).some((scale) => scale > 0)) context.emit({ type: 'scale', step: next, scales })
  watch(loop, next)
  const { earlyStop } = context.options
  const settled = next >= context.schedule.prune.until && !isUnsettled(loop)
  if (settled && validation !== null && earlyStop) {
    if (isBetter(context.metric, validation, progress.best, earlyStop.minDelta)) {
      progress.best = validation
      progress.bestStep = next
    } else if (next - progress.bestStep >= earlyStop.steps) progress.finished = 'early-stop'
  }
  return next < context.schedule.steps && !progress.finished ? keep(loop, next, verdict.calm) : undefined
}
