import { randomSource } from '../base/random.js'
import { gather } from '../data/batches.js'
import { costMatrix, withDecision } from '../data/decision.js'
import type { Decision } from '../data/types.js'
import { bestThreshold, worthBy } from '../objective/threshold.js'
import { evaluate, predictRows } from '../train/evaluate.js'
import type { Retrained } from './figures.js'
import type { Trial } from './types.js'
import { withNetwork } from './with-network.js'

/** A retrained network, and the trial whose task knows how a class is decided for. */
export interface Decided {
  readonly trial: Trial
  readonly retrained: Retrained
  /** Absent where the most probable class is taken. */
  readonly decision?: Decision
}

/**
 * Chooses how the network decides for a class, as `classes` of the configuration says: a threshold on the
 * validation rows, or costs. Everything that is measured and written of the trial afterwards decides by it.
 */
export function decidedBy(trial: Trial, retrained: Retrained): Decided {
  const decision = decisionOf(trial, () =>
    withNetwork(retrained.graph, retrained.values, (network) =>
      predictRows(network, trial.data, trial.data.splits.validation),
    ),
  )
  if (!decision) return { trial, retrained }
  const decided = { ...trial, data: withDecision(trial.data, decision) }
  const validation = withNetwork(retrained.graph, retrained.values, (network) =>
    evaluate(network, decided.data, decided.data.splits.validation, trial.metric),
  )
  return { trial: decided, retrained: { ...retrained, validation }, decision }
}

/**
 * The decision that `classes` of the configuration asks for, of anything whose outputs on the validation rows
 * are given: logits, rows × classes. Undefined where the most probable class is taken.
 */
export function decisionOf(
  { config, data }: Pick<Trial, 'config' | 'data'>,
  onValidation: () => ArrayLike<number>,
): Decision | undefined {
  const { task, targets } = data.dataset
  if (task.kind !== 'classification' || !config.classes) return undefined
  const { threshold, costs: given } = config.classes
  const costs = costMatrix(task.classes, given)
  if (threshold === undefined) {
    if (costs) return { costs }
    // Who weighs classes wants decisions by them, though probabilities are those of the data.
    return data.emphasis && { costs: weighed(data.emphasis.priors) }
  }
  if (typeof threshold === 'number') return { threshold, costs }
  const positive = task.positive === undefined ? 1 : task.classes.indexOf(task.positive)
  const rows = data.splits.validation
  const logits = onValidation()
  const validationTargets = gather(targets, 1, rows)
  const worth = worthBy(threshold, positive, costs)
  const cut = bestThreshold(logits, validationTargets, positive, worth, randomSource(config.seed))
  const probability = Math.min(Math.max(1 / (1 + Math.exp(-cut)), 1e-9), 1 - 1e-9)
  const counts = { hits: 0, missed: 0, alarms: 0, passed: 0 }
  validationTargets.forEach((truth, row) => {
    const said = logits[2 * row + positive]! - logits[2 * row + 1 - positive]! >= cut
    counts[truth === positive ? (said ? 'hits' : 'missed') : said ? 'alarms' : 'passed']++
  })
  const value = worth(counts)
  return {
    threshold: probability,
    by: threshold,
    validation: threshold === 'cost' ? -value : value,
    costs,
  }
}

/** Costs by which a class of weight w is decided for as if it were w times as frequent. */
const weighed = (weights: readonly number[]): number[][] =>
  weights.map((weight, truth) => weights.map((_, said) => (said === truth ? 0 : weight)))
