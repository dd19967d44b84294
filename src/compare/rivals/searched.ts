import { runTrial } from '../../trial/trial.js'
import type { Trial, TrialResult } from '../../trial/types.js'
import { networkSeconds } from '../latency.js'
import type { MethodRun, TrialOutcome } from './types.js'

/** Runs a search as `sentei search` does. */
export const searched: MethodRun = async (trial, hooks) => searchOutcome(trial, await runTrial(trial, hooks))

/** The figures of a finished search. `searchSteps` are those of its search and of its planner by default. */
export function searchOutcome(
  { data }: Trial,
  { metrics, seconds, baseline, steps, tried, ...result }: TrialResult,
  searchSteps = steps + (tried?.steps ?? 0),
): TrialOutcome {
  const { derived, supernet, tolerated } = metrics
  return {
    figures: {
      metric: metrics.metric,
      validation: metrics.validation.final,
      test: metrics.test.final,
      parameters: derived.parameters,
      flops: derived.flops,
      share: derived.parameters / supernet.parameters,
      searchSteps,
      sizesTried: tolerated?.attempts.length ?? 0,
    },
    seconds,
    baseline,
    latency: networkSeconds(result, data),
    trained: { test: result.measured.test, losses: result.losses },
    architecture: result.architecture,
    schedule: result.schedule,
  }
}
