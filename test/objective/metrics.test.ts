import { describe, expect, it } from 'vitest'
import type { Metric, MetricOptions } from '../../src/objective/metric.js'
import { errorOf, fineMetric, isBetter, metrics, type MetricName } from '../../src/objective/metrics.js'

/** Rows of logits or values, and targets. */
interface Case {
  readonly outputs: readonly number[]
  readonly targets: readonly number[]
  readonly width: number
}

// Some scores are equal, and some rows have equal logits: the first of them is decided for.
const two: Case = {
  outputs: [...[0, 1, 1, 0, 0, 2, 0, 0, 2, 0, 0, 1], ...[3, 0, 0, -1, 1, 1, 0, 3, 0, 0.5, 0.5, 0]],
  targets: [1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0],
  width: 2,
}
const three: Case = {
  outputs: [
    ...[2, 0, 1, 0, 1, 0, 0, 0, 3, 1, 2, 0, 0, 1, 2],
    ...[2, 0, 1, 0, 0, 0.5, 1, 0.5, 0, 0, 2, 1, 1, 0, 1.5],
  ],
  targets: [0, 1, 2, 0, 2, 0, 1, 0, 1, 2],
  width: 3,
}
const numbers: Case = { outputs: [1.5, 2, -1, 4, 0.5, 3], targets: [1, 2.5, -2, 3, 1, 7], width: 1 }
const pairs: Case = { ...numbers, width: 2 }

const curve = { precision: 0.6, recall: 0.7 }

// By scikit-learn 1.9.1: roc_auc_score and average_precision_score of the differences of logits (of three
// classes: of the log odds of each, with average="macro"), f1_score, balanced_accuracy_score,
// matthews_corrcoef and accuracy_score of the largest logits, log_loss and brier_score_loss of their softmax,
// and the greatest value of precision_recall_curve whose other figure is enough.
const ofClasses: readonly [string, Case, MetricOptions, Partial<Record<MetricName, number>>][] = [
  [
    'two classes',
    two,
    curve,
    {
      'roc-auc': 0.8125,
      'average-precision': 0.7875,
      f1: 0.6666666666666666,
      'recall-at-precision': 0.75,
      'precision-at-recall': 0.75,
      accuracy: 0.75,
      'cross-entropy': 0.5365438170655353,
      brier: 0.18970516189678463,
      'macro-f1': 0.7333333333333334,
      'balanced-accuracy': 0.75,
      matthews: 0.47809144373375745,
    },
  ],
  [
    'two classes of which the first is positive',
    two,
    { ...curve, positive: 0 },
    {
      'roc-auc': 0.8125,
      'average-precision': 0.8674107142857143,
      f1: 0.8,
      'recall-at-precision': 1,
      'precision-at-recall': 0.875,
    },
  ],
  [
    'three classes',
    three,
    curve,
    {
      'roc-auc': 0.9166666666666666,
      'average-precision': 0.8351851851851851,
      f1: 0.7936507936507936,
      'macro-f1': 0.7936507936507936,
      accuracy: 0.8,
      'cross-entropy': 0.626317453797102,
      brier: 0.3532445504253522,
      'balanced-accuracy': 0.8055555555555555,
      matthews: 0.7121212121212122,
      'recall-at-precision': 1,
      'precision-at-recall': 0.8666666666666667,
    },
  ],
  [
    'the second of three classes',
    three,
    { positive: 1 },
    {
      'roc-auc': 0.8333333333333334,
      'average-precision': 0.5888888888888888,
      f1: 0.6666666666666666,
    },
  ],
]

// By scikit-learn 1.9.1: root_mean_squared_error, mean_absolute_error, r2_score,
// mean_absolute_percentage_error, median_absolute_error, mean_pinball_loss.
const ofNumbers: typeof ofClasses = [
  [
    'numbers',
    numbers,
    {},
    {
      rmse: 1.7677669529663689,
      mae: 1.25,
      r2: 0.5758718190386427,
      mape: 0.4341269841269841,
      'median-error': 0.75,
      pinball: 0.625,
    },
  ],
  ['numbers with another quantile', numbers, { quantile: 0.9 }, { pinball: 0.7916666666666666 }],
  [
    'two outputs',
    pairs,
    { quantile: 0.9 },
    {
      rmse: 1.7677669529663689,
      mae: 1.25,
      mape: 0.43412698412698414,
      'median-error': 0.75,
      pinball: 0.7916666666666667,
    },
  ],
]

describe.each([...ofClasses, ...ofNumbers])('of %s', (_, { outputs, targets, width }, options, wanted) => {
  it.each(Object.entries(wanted))('%s is %d, as scikit-learn has it', (name, value) => {
    expect(metrics[name as MetricName].value(outputs, targets, width, options)).toBeCloseTo(value, 12)
  })
})

const decisions = ['accuracy', 'f1', 'macro-f1', 'balanced-accuracy', 'matthews', 'cost'] as const

it('offsets change decisions, and no order and no probability', () => {
  const { outputs, targets, width } = two
  const moved = outputs.map((value, i) => (i % 2 === 1 ? value + 1.5 : value))
  for (const name of Object.keys(metrics) as MetricName[]) {
    const value = (...given: Parameters<Metric['value']>) => metrics[name].value(...given)
    const own = value(outputs, targets, width, { offsets: [0, 1.5] })
    if ((decisions as readonly string[]).includes(name)) {
      expect(own, name).toBeCloseTo(value(moved, targets, width), 12)
      expect(own, name).not.toBe(value(outputs, targets, width))
    } else expect(own, name).toBe(value(outputs, targets, width))
  }
})

describe('cost', () => {
  // Log-odds of −2, 1 and 3: probabilities of 0.12, 0.73 and 0.95.
  const [outputs, targets] = [
    [0, -2, 0, 1, 0, 3],
    [1, 0, 1],
  ]
  const costs = [
    [0, 3],
    [5, -1],
  ]

  it('is the mean of what decisions cost, and a wrong one costs 1 without a matrix', () => {
    expect(metrics.cost.value(outputs, targets, 2)).toBeCloseTo(2 / 3, 12)
    // By offsets the most probable class is said: 5 for the miss, 3 for the alarm, −1 for the hit.
    expect(metrics.cost.value(outputs, targets, 2, { costs, offsets: [0, 0] })).toBeCloseTo(7 / 3, 12)
  })

  it('without offsets is of decisions for the least expected one', () => {
    // Saying the second class is cheaper from 5p > 3(1 − p) − p on, which is p > 1/3.
    expect(metrics.cost.value([0, -0.6, 0, -0.8], [1, 1], 2, { costs })).toBeCloseTo((-1 + 5) / 2, 12)
    expect(errorOf('cost', 0.4)).toBe(0.4)
    expect(isBetter('cost', 0.3, 0.4)).toBe(true)
  })
})

describe('where a class is absent', () => {
  const none = { outputs: [2, 0, 1, 0, 0, -1], targets: [0, 0, 0], width: 2 }
  const value = (name: MetricName, given: Case = none, options: MetricOptions = {}) =>
    metrics[name].value(given.outputs, given.targets, given.width, options)

  it.each([
    'roc-auc',
    'average-precision',
    'recall-at-precision',
    'precision-at-recall',
    'f1',
    'matthews',
  ] as const)('%s has no value', (name) => {
    expect(value(name)).toBeNaN()
  })

  it('others leave it out', () => {
    expect([value('accuracy'), value('balanced-accuracy'), value('macro-f1')]).toEqual([1, 1, 1])
    // A row of the first class is decided for the second, which is then no longer absent: (2 · 2 / 5 + 0) / 2.
    const one = { ...none, outputs: [2, 0, 1, 0, 0, 1] }
    expect(value('macro-f1', one)).toBeCloseTo(0.4, 12)
    expect(value('f1', one)).toBe(0)
  })

  it('decisions that are all one class correlate with nothing', () => {
    expect(value('matthews', { ...none, targets: [0, 1, 0] })).toBe(0)
  })

  it('no metric is better than none if it has no value', () => {
    expect(isBetter('roc-auc', NaN, null)).toBe(false)
    expect(isBetter('roc-auc', 0.4, null)).toBe(true)
  })
})

it('mape leaves out targets of 0', () => {
  // |3 − 2| / 2 and |1 − 4| / 4: the middle row's target is 0.
  expect(metrics.mape.value([3, 5, 1], [2, 0, 4], 1)).toBeCloseTo((0.5 + 0.75) / 2, 12)
  expect(metrics.mape.value([1, 2], [0, 0], 1)).toBeNaN()
})

it('errors are 0 at best, and decisions and orders are seconded by cross-entropy', () => {
  expect(errorOf('average-precision', 0.75)).toBe(0.25)
  expect(errorOf('brier', 0.1)).toBe(0.1)
  expect(fineMetric('f1')).toBe('cross-entropy')
  expect(fineMetric('brier')).toBe('brier')
  expect(fineMetric('median-error')).toBe('median-error')
})
