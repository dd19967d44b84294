import { Type, type Static } from '@sinclair/typebox'
import { classMetricNames, metricNames, numberMetricNames, type MetricName } from './metric-names.js'
import { object, oneOf } from './schema-parts.js'

/** The names of what can be judged; `src/trial/criteria/` measures each. */
export const criterionNames = [
  ...classMetricNames,
  ...numberMetricNames,
  'worst-class',
  'worst-group',
  'calibration-error',
  'under-noise',
  'under-missing',
  'under-shift',
  'least-output',
  'greatest-output',
  'monotonicity',
  'stability',
  'parameters',
  'flops',
  'depth',
  'parameters-share',
  'file-bytes',
  'latency-p50',
  'latency-p95',
] as const

export type CriterionName = (typeof criterionNames)[number]

/** A condition for accepting the model. The command exits with 3 if one is not met. */
export const CriterionSchema = object({
  metric: oneOf<CriterionName[]>([...criterionNames]),
  split: oneOf(['validation', 'test'], { default: 'test' }),
  atLeast: Type.Optional(Type.Number()),
  atMost: Type.Optional(Type.Number()),
  of: Type.Optional(oneOf<MetricName[]>([...metricNames], { description: 'the metric that is taken' })),
  column: Type.Optional(Type.String({ description: 'an input column' })),
  output: Type.Optional(Type.String({ description: 'an output, or a class' })),
  direction: Type.Optional(oneOf(['increasing', 'decreasing'])),
  amount: Type.Optional(Type.Number({ minimum: 0, description: 'how much inputs are disturbed' })),
  rows: Type.Optional(Type.Integer({ minimum: 1, description: 'the fewest rows of a class or group' })),
  class: Type.Optional(Type.String({ description: 'the class that the metric is about' })),
  precision: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'of recall-at-precision; 0.9 by default' }),
  ),
  recall: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'of precision-at-recall; 0.9 by default' }),
  ),
  quantile: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'of the pinball loss; 0.5 by default',
    }),
  ),
  bins: Type.Optional(Type.Integer({ minimum: 1, description: 'of the calibration error' })),
  seeds: Type.Optional(
    Type.Integer({ minimum: 2, maximum: 100, description: 'trainings, with the run’s own' }),
  ),
})

/** A criterion of a configuration. */
export type Criterion = Static<typeof CriterionSchema>
