import { describe, expect, test } from 'vitest'
import type { RivalName } from '../../src/config/comparison-schema.js'
import { rivals } from '../../src/compare/rivals/index.js'
import { metrics } from '../../src/objective/metrics.js'
import type { Trial } from '../../src/trial/types.js'
import { hooks, imageTrial, options, ringTrial, seriesTrial, tableTrial } from './rival-trials.js'
import { tensorCounter } from '../setup/tensors.js'

/** The metric of what predicts the same for every test row: the mean, or the most frequent class. */
function constantMetric({ data: { dataset, splits }, metric }: Trial): number {
  const of = (rows: Uint32Array) => Array.from(rows, (row) => dataset.targets[row]!)
  const [learnt, tested] = [of(splits.train), of(splits.test)]
  if (dataset.task.kind !== 'classification') {
    const mean = learnt.reduce((a, b) => a + b, 0) / learnt.length
    return metrics[metric].value(
      tested.map(() => mean),
      tested,
      1,
    )
  }
  const counts = dataset.task.classes.map((_, k) => tested.filter((target) => target === k).length)
  return Math.max(...counts) / tested.length
}

/** The accuracy of the class of the nearest row that was learnt from. */
function nearestMetric({ data: { inputs, dataset, splits } }: Trial): number {
  const length = dataset.shape.reduce((a, b) => a * b, 1)
  const distance = (a: number, b: number) => {
    let sum = 0
    for (let i = 0; i < length; i++) sum += (inputs[a * length + i]! - inputs[b * length + i]!) ** 2
    return sum
  }
  const right = [...splits.test].filter((row) => {
    const nearest = [...splits.train, ...splits.arch].reduce((a, b) =>
      distance(row, b) < distance(row, a) ? b : a,
    )
    return dataset.targets[nearest] === dataset.targets[row]
  })
  return right.length / splits.test.length
}

describe('a rival', () => {
  const cases: [RivalName, () => Promise<Trial>][] = [
    ['unpruned', tableTrial],
    ['magnitude', tableTrial],
    ['random', tableTrial],
    ['mlp', tableTrial],
    ['realmlp', tableTrial],
    ['realmlp', ringTrial],
    ['grid', () => tableTrial({ schedule: 'fixed-l1' })],
    ['minirocket', seriesTrial],
    ['resnet', imageTrial],
  ]
  test.each(cases)('%s beats a constant, is the same again, and leaves no tensors', async (name, trialOf) => {
    const trial = await trialOf()
    const { figures, latency, seconds } = await rivals[name].run(trial, hooks, options)
    expect(latency).toBeGreaterThan(0)
    expect(latency).toBeLessThan(seconds.search + seconds.retrain + (seconds.baseline ?? 0))
    const [found, constant] = [figures.test!, constantMetric(trial)]
    if (trial.metric === 'accuracy') expect(found).toBeGreaterThan(constant + 0.1)
    else expect(found).toBeLessThan(0.7 * constant)
    if (name === 'minirocket') expect(found).toBeGreaterThan(nearestMetric(trial))
    expect(figures.parameters).toBeGreaterThan(0)
    const newTensors = tensorCounter()
    expect((await rivals[name].run(await trialOf(), hooks, options)).figures).toEqual(figures)
    expect(newTensors()).toBe(0)
  })

  test.each([
    ['mlp', seriesTrial, 'expected data of kind table, got sequences; take minirocket'],
    ['realmlp', imageTrial, 'expected data of kind table, got images; take resnet'],
    ['mlp', imageTrial, 'expected data of kind table, got images; take resnet'],
    ['minirocket', tableTrial, 'expected data of kind series or sequences, got table; take mlp'],
    ['resnet', tableTrial, 'expected data of kind images, got table; take mlp'],
  ] as const)('%s refuses other data, and says what suits', async (name, trialOf, reason) => {
    expect(rivals[name].refuses?.((await trialOf()).data.dataset)).toBe(reason)
  })
})
