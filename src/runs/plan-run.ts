import { useBackend } from '../backend/index.js'
import { backendLimit } from '../backend/limits.js'
import type { Config } from '../config/config-schema.js'
import { discretise, retrainedAs, uniformGates } from '../derive/network.js'
import { costOf, type Cost } from '../nn/cost.js'
import type { Budget } from '../schedule/types.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'
import { memoryOf, requireFit, type StageMemory } from '../setup/trial-memory.js'
import { smallest } from '../supernet/cost-range.js'
import { taskCost } from '../supernet/cost.js'
import type { Supernet } from '../supernet/types.js'
import type { ResolvedConfig } from '../train/training.js'
import { times, type Span } from '../trial/expected.js'
import { expectedOf, type Expected } from '../trial/expected-times.js'
import type { Clocks } from '../trial/rehearsal.js'
import type { Trial } from '../trial/types.js'
import { processClocks } from './clocks.js'

/** What is known about a run before it begins. */
export interface RunPlan {
  readonly supernet: Cost & { readonly name: string; readonly groups: number; readonly members: number }
  /** The cost of the smallest legal architecture as a separate network. */
  readonly smallest: Cost
  /** The memory of the backend in bytes; null if no limit is known. */
  readonly limitBytes: number | null
  readonly memory: readonly StageMemory[]
  /** The settings of the stages, with what the configuration leaves open filled in. */
  readonly training: Pick<ResolvedConfig, 'search' | 'retrain'> & {
    /** The files of `data.teacher`. */
    readonly teacher?: ResolvedConfig['data']['teacher']
  }
  /**
   * What the parts take on this machine as it is now, `typical` and `most` of each: the latter if nothing is
   * removed and no training stops early.
   */
  readonly minutes: {
    /** Of each search before the last one. */
    readonly earlier: readonly Span[]
    readonly search: Span
    /** The training of the unpruned supernet; null without it. */
    readonly baseline: Span | null
    readonly retrain: Span
    /** Of trainings with further seeds, for the criterion `stability`; null without it. */
    readonly further: Span | null
    /** Null without rivals. */
    readonly rivals: Span | null
    /** Of measuring, exporting and reporting. */
    readonly rest: Span
    readonly total: Span
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
export async function planRun(config: Config, folder: string, extensions: Extensions = {}): Promise<RunPlan> {
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  return runPlanOf(await setupTrial(config, folder, extensions))
}

/** Plans a trial that is already set up. */
export async function runPlanOf(trial: Trial): Promise<RunPlan> {
  return (await measuredPlan(trial, timedSeconds)).plan
}

/** The plan of a trial with the times behind it, in seconds. Each part is timed for about `seconds`. */
export async function measuredPlan(
  trial: Trial,
  seconds: number,
  clocks: Clocks = processClocks,
): Promise<{ readonly plan: RunPlan; readonly expected: Expected }> {
  const memory = memoryOf(trial)
  // If no batch is small enough for the memory, no step can be timed either.
  requireFit(memory.filter(({ largestRows }) => largestRows === 0))
  const least = (metric: keyof Cost) => networkCost(smallest(trial.supernet, metric), trial.config)
  const cost = taskCost(trial.supernet)
  const limit = backendLimit()
  const expected = await expectedOf(trial, seconds, clocks)
  const plan = {
    supernet: {
      name: trial.supernet.space,
      ...cost,
      groups: trial.supernet.groups.length,
      members: trial.supernet.groups.reduce((sum, { members }) => sum + members.length, 0),
    },
    smallest: least('parameters'),
    limitBytes: limit ?? null,
    memory,
    training: {
      search: trial.config.search,
      retrain: trial.config.retrain,
      teacher: trial.config.data.teacher,
    },
    minutes: minutesOf(expected),
    budget: trial.schedule.budget ?? null,
    budgets: budgetsOf(trial, (metric) => least(metric)[metric]),
  }
  return { plan, expected }
}

function minutesOf({
  earlier,
  search,
  baseline,
  retrain,
  further,
  rivals,
  rest,
  total,
}: Expected): RunPlan['minutes'] {
  const minutes = (span: Span) => times(span, 1 / 60)
  const orNull = (span: Span | null) => span && minutes(span)
  return {
    earlier: earlier.map(minutes),
    search: minutes(search),
    baseline: orNull(baseline),
    retrain: minutes(retrain),
    further: orNull(further),
    rivals: orNull(rivals),
    rest: minutes(rest),
    total: minutes(total),
  }
}

/** The cost of a pruned supernet as a separate, retrained network. */
function networkCost(supernet: Supernet, { retrain }: Config): Cost {
  const options = { ...retrainedAs(retrain), gates: 'drop', auxiliary: false } as const
  return costOf(discretise(supernet, uniformGates(supernet), options).graph)
}

/** Seconds for which each part of a run is timed. */
const timedSeconds = 1

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
