import { useBackend } from '../backend/index.js'
import { backendLimit } from '../backend/limits.js'
import type { Config } from '../config/config-schema.js'
import { discretise, retrainedAs, uniformGates } from '../derive/network.js'
import { costOf, type Cost } from '../nn/cost.js'
import type { Budget, CompiledPhase } from '../schedule/types.js'
import { alternation } from '../search/modes/single-paths.js'
import { supernetStepper } from '../search/stepper.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'
import { memoryOf, requireFit, type StageMemory } from '../setup/trial-memory.js'
import { smallest } from '../supernet/cost-range.js'
import { taskCost } from '../supernet/cost.js'
import { SupernetModel } from '../supernet/model.js'
import type { Supernet } from '../supernet/types.js'
import { batching } from '../train/batching.js'
import type { ResolvedConfig, RetrainOptions, SearchOptions } from '../train/training.js'
import { isTaught, wantsBaseline } from '../trial/baseline.js'
import { furtherTrainings } from '../trial/criteria/stability.js'
import { attemptsOf } from '../trial/smallest.js'
import type { Trial } from '../trial/types.js'

/** What is known about a run before it begins. */
export interface RunPlan {
  readonly supernet: Cost & { readonly name: string; readonly groups: number; readonly members: number }
  /** The cost of the smallest legal architecture as a separate network. */
  readonly smallest: Cost
  /** The memory of the backend in bytes; null if no limit is known. */
  readonly limitBytes: number | null
  readonly memory: readonly StageMemory[]
  /** The settings of the stages, with what the configuration leaves open filled in. */
  readonly training: Pick<ResolvedConfig, 'search' | 'retrain'>
  /** Upper bounds that assume no pruning: steps get cheaper as members are removed. */
  readonly minutes: {
    /** Of each search before the last one. */
    readonly earlier: readonly number[]
    readonly search: number
    readonly baseline: number | null
    readonly retrain: number
    /** Of trainings with further seeds, for the criterion `stability`; 0 without it. */
    readonly further: number
    readonly stepMs: number
  }
  /** The schedule's budget, with the lowest cost of a legal architecture. */
  readonly budget: Budget | null
  /** The criteria on size, and whether any architecture of the space can meet them. */
  readonly budgets: readonly {
    readonly criterion: string
    readonly feasible: boolean
    readonly least: number
  }[]
}

/** Estimates memory, time and feasible budgets of a configuration. Trains a few steps to time them. */
export async function planRun(config: Config, folder: string, own: Extensions = {}): Promise<RunPlan> {
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  return planOf(await setupTrial(config, folder, own))
}

/** Plans a trial that is already set up. */
export function planOf(trial: Trial): RunPlan {
  const memory = memoryOf(trial)
  // If no batch is small enough for the memory, no step can be timed either.
  requireFit(memory.filter(({ largestRows }) => largestRows === 0))
  const least = (metric: keyof Cost) => networkCost(smallest(trial.supernet, metric), trial.config)
  const cost = taskCost(trial.supernet)
  const limit = backendLimit()
  return {
    supernet: {
      name: trial.supernet.space,
      ...cost,
      groups: trial.supernet.groups.length,
      members: trial.supernet.groups.reduce((sum, { members }) => sum + members.length, 0),
    },
    smallest: least('parameters'),
    limitBytes: limit ?? null,
    memory,
    training: { search: trial.config.search, retrain: trial.config.retrain },
    minutes: minutesOf(trial),
    budget: trial.schedule.budget ?? null,
    budgets: budgetsOf(trial, (metric) => least(metric)[metric]),
  }
}

/** The cost of a pruned supernet as a separate, retrained network. */
function networkCost(supernet: Supernet, { retrain }: Config): Cost {
  const options = { ...retrainedAs(retrain), gates: 'drop', auxiliary: false } as const
  return costOf(discretise(supernet, uniformGates(supernet), options).graph)
}

/** The most multiply-adds for the examples of a timed step: enough to measure, without a long wait. */
const timedFlops = 2e9

/** Milliseconds after which no further step is timed, and those after which four steps are enough. */
const [timedMs, enoughMs] = [2000, 300]

/** Estimates minutes from a few timed steps, with fewer examples per step if the supernet is large. */
function minutesOf(trial: Trial): RunPlan['minutes'] {
  const { config, data, schedule, supernet } = trial
  const { search, retrain } = config
  const cost = taskCost(supernet)
  const rows = Math.max(
    1,
    Math.min(search.batch, data.splits.train.length, Math.floor(timedFlops / Math.max(cost.flops, 1))),
  )
  const options = { ...search, batch: rows, shards: 1 }
  const model = new SupernetModel(supernet, trial.relaxation, trial.random, search.gates.noise)
  const context = { ...trial, options, emit: () => undefined, save: () => undefined }
  const stepper = supernetStepper(model, data, context)
  const batches = batching(data, data.splits.train, options, trial.random, 'search')
  const phase = schedule.phases.find(({ gates }) => gates === 'move') ?? schedule.phases[0]!
  /** The shortest of some timed steps at iteration t, in milliseconds per row. The first ones are slower. */
  const perRowAt = (t: number, { paths }: Pick<CompiledPhase, 'paths'>): number => {
    const times: number[] = []
    for (let step = 0, spent = 0; spent < timedMs && (step < 4 || spent < enoughMs); step++) {
      const start = performance.now()
      stepper.step(t, batches.at(step), { ...phase, paths })
      times.push(performance.now() - start)
      spent += times.at(-1)!
    }
    return Math.min(...times) / rows
  }
  const whole = perRowAt(phase.from, { paths: 'all' })
  const { share } = alternation(model, phase, phase.from)
  const alone = [phase.from, phase.from + 1].find((t) => alternation(model, phase, t).waits)
  const searched = alone === undefined ? whole : share * whole + (1 - share) * perRowAt(alone, phase)
  stepper.dispose()
  model.dispose()
  const minutes = (examples: number, perRow: number) => (examples * perRow) / 60_000
  const validation = data.splits.validation.length / 3
  const full = minutes(examplesOf(retrain, validation), whole)
  // With augmentation, the teacher must predict the augmented examples in every step.
  const learnt = isTaught(trial) && retrain.augment ? (full * 4) / 3 : full
  return {
    stepMs: searched * search.batch,
    earlier: (trial.stages ?? []).map(({ begin }) => minutesOf(begin(undefined)).search),
    search: minutes(examplesOf(search, validation), searched),
    baseline: wantsBaseline(trial) ? full : null,
    retrain: learnt * attemptsOf(schedule.budget),
    further: learnt * furtherTrainings(config.criteria),
  }
}

/**
 * The examples that a stage trains on, plus its evaluations, each of which costs as much as `validation`
 * examples.
 */
const examplesOf = (
  { steps, batch, evaluateEvery }: SearchOptions | RetrainOptions,
  validation: number,
): number => steps * batch + Math.ceil(steps / evaluateEvery) * validation

/** The criteria on size with whether the space can meet them, judged by its smallest legal network. */
function budgetsOf({ config, supernet }: Trial, least: (metric: keyof Cost) => number): RunPlan['budgets'] {
  const whole = taskCost(supernet).parameters
  return config.criteria.flatMap(({ metric, atMost }, index) => {
    if (atMost === undefined) return []
    if (metric !== 'parameters-share' && metric !== 'parameters' && metric !== 'flops' && metric !== 'depth')
      return []
    const value = metric === 'parameters-share' ? least('parameters') / whole : least(metric)
    const criterion = `config.criteria.${index}: ${metric} at most ${atMost}`
    return [{ criterion, feasible: value <= atMost, least: value }]
  })
}
