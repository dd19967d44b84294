import { gather } from '../data/batches.js'
import { resamplingOf } from '../data/resampling.js'
import { outputsOf } from '../data/types.js'
import { bootstrap, percentileInterval } from '../objective/bootstrap.js'
import { precision, recall } from '../objective/label-metrics.js'
import { valueOfRows, type Metric, type Numbers } from '../objective/metric.js'
import { optionsOf } from '../objective/metric-options.js'
import { metrics } from '../objective/metrics.js'
import type { DecisionFigures } from './decided-figures.js'
import type { Trial } from './types.js'

const ofTwo: Readonly<Record<string, Metric>> = { precision, recall, f1: metrics.f1 }
const ofSeveral: Readonly<Record<string, Metric>> = {
  accuracy: metrics.accuracy,
  'balanced-accuracy': metrics['balanced-accuracy'],
  'macro-f1': metrics['macro-f1'],
}

/**
 * What the decision of a trial's task comes to, from the logits of the test rows. Undefined without test rows, or
 * where the most probable class is taken.
 */
export function decisionFigures(
  { data, config, random }: Pick<Trial, 'data' | 'config' | 'random'>,
  outputs: Numbers,
): DecisionFigures | undefined {
  const { dataset, splits } = data
  const { task } = dataset
  if (task.kind !== 'classification' || !task.decision || splits.test.length === 0) return undefined
  const { costs, by } = task.decision
  const width = outputsOf(task)
  const targets = gather(dataset.targets, 1, splits.test)
  const deciding = optionsOf(task)
  const plain = { ...deciding, offsets: task.classes.map(() => 0) }
  const resampling = resamplingOf(dataset, config.split, splits.test)
  const asked = { ...(width === 2 ? ofTwo : ofSeveral), ...(costs && { cost: metrics.cost }) }
  const figures = Object.entries(asked).map(([name, metric]) => {
    const rows = metric.rows(outputs, targets, width, deciding)
    const drawn = bootstrap(name, [rows], resampling, random)
    return [
      name,
      {
        value: finite(valueOfRows(rows)),
        interval: drawn ? percentileInterval(drawn[0]!) : null,
        mostProbable: finite(metric.value(outputs, targets, width, plain)),
      },
    ] as const
  })
  const positive = deciding.positive ?? 1
  const validationTargets = gather(dataset.targets, 1, splits.validation)
  return {
    ...(by !== undefined && {
      chosenOn: {
        rows: validationTargets.length,
        positive: validationTargets.filter((target) => target === positive).length,
      },
    }),
    figures: Object.fromEntries(figures),
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
