import { isDeepStrictEqual } from 'node:util'
import { costOf } from '../nn/cost.js'
import { evaluate } from '../search/evaluate.js'
import type { Network } from '../search/network.js'
import { withNetwork } from './measure.js'
import { unprunedNetwork } from './network.js'
import type { Retrained } from './retrain.js'
import type { NetworkToRetrain } from './retrain-architecture.js'
import { retrainStage } from './retrain-stage.js'
import type { Trial, TrialHooks, TrialMetrics } from './types.js'

type Baseline = TrialMetrics['baseline']

/** The unpruned supernet trained as the derived network will be: what pruning is held against. */
export async function trainBaseline(trial: Trial, hooks: TrialHooks): Promise<Baseline> {
  const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
  return baselineFigures(trial, await retrainStage(trial, hooks, 'baseline', graph, constants))
}

/**
 * Is a network to retrain the unpruned supernet, from the same values? All retraining draws from one stream, so that it
 * would then come to the baseline's figures, bit for bit.
 */
export const isUnpruned = ({ config, supernet }: Trial, { graph, initial }: NetworkToRetrain): boolean =>
  isDeepStrictEqual(unprunedNetwork(supernet, config.retrain), { graph, constants: initial })

/** What a report says of the unpruned supernet. */
export function baselineFigures({ data, metric }: Trial, { graph, values, validation }: Retrained): Baseline {
  const measure = (network: Network) => evaluate(network, data, data.splits.test, metric)
  return { ...costOf(graph), validation, test: withNetwork(graph, values, measure) }
}
