import { Failure } from '../../base/errors.js'
import { taskCost } from '../../supernet/cost.js'
import { networkSeconds } from '../latency.js'
import { referenceOf } from './reference.js'
import type { Rival } from './types.js'

/** The whole supernet without pruning, retrained: the reference for pruning. */
export const unpruned: Rival = {
  byDefault: true,
  async run(trial, hooks) {
    const { baseline, seconds } = await referenceOf(trial, hooks)
    const { validation, test, parameters, flops, diverged } = baseline.figures
    if (diverged !== undefined) throw new Failure(diverged)
    return {
      figures: {
        metric: trial.metric,
        validation,
        test,
        parameters,
        flops,
        share: parameters / taskCost(trial.supernet).parameters,
        searchSteps: 0,
        sizesTried: 0,
      },
      seconds: { search: 0, baseline: seconds, retrain: 0 },
      baseline,
      latency: baseline.retrained && networkSeconds(baseline.retrained, trial.data),
      trained: { test: baseline.measured?.test ?? null, losses: baseline.retrained?.losses ?? [] },
    }
  },
}
