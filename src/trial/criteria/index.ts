import type { CriterionName } from '../../config/criterion-schema.js'
import { calibrationError } from './calibration-error.js'
import { costCriterion } from './cost.js'
import { exportedCriterion } from './exported.js'
import { metricCriteria } from './metric.js'
import { monotonicity } from './monotonicity.js'
import { outputRange } from './output-range.js'
import { stability } from './stability.js'
import type { CriterionKind } from './types.js'
import { underMissing } from './under-missing.js'
import { underNoise } from './under-noise.js'
import { underShift } from './under-shift.js'
import { worstClass } from './worst-class.js'
import { worstGroup } from './worst-group.js'

const faster = 'lower the budget in latency or flops, and search again'

/** Everything that can be judged, by name. */
export const criteria: Readonly<Record<CriterionName, CriterionKind>> = {
  ...metricCriteria,
  'worst-class': worstClass,
  'worst-group': worstGroup,
  'calibration-error': calibrationError,
  'under-noise': underNoise,
  'under-missing': underMissing,
  'under-shift': underShift,
  'least-output': outputRange(-1),
  'greatest-output': outputRange(1),
  monotonicity,
  stability,
  parameters: costCriterion(({ cost }) => cost.parameters),
  flops: costCriterion(({ cost }) => cost.flops),
  depth: costCriterion(({ cost }) => cost.depth),
  'parameters-share': costCriterion(({ cost, supernetParameters }) => cost.parameters / supernetParameters),
  'file-bytes': exportedCriterion(({ bytes }) => bytes, 'lower the budget, and search again'),
  'latency-p50': exportedCriterion(({ latency }) => latency().p50, faster),
  'latency-p95': exportedCriterion(({ latency }) => latency().p95, faster),
}
