import type { Criterion } from '../../config/criterion-schema.js'
import type { RandomSource } from '../../base/random.js'
import type { PreparedData } from '../../data/types.js'
import type { Cost } from '../../nn/cost.js'
import type { MetricName } from '../../objective/metrics.js'
import type { ExportedModel } from '../types.js'

/** Changes inputs of some rows in original units, rows × product(shape). NaN is missing and is filled later. */
export type Disturb = (values: Float64Array) => void

/** The model that criteria judge. */
export interface JudgedModel {
  readonly cost: Cost
  /** Parameters of the supernet at the beginning of the search. */
  readonly supernetParameters: number
  readonly data: PreparedData
  /** The metric of the run. */
  readonly metric: MetricName
  readonly random: RandomSource
  /** What the network says of some rows, disturbed or not: logits, or values in original units. */
  readonly outputs: (rows: Uint32Array, disturb?: Disturb) => Float64Array
  /**
   * What the same network says that was trained with `seeds` seeds: the model itself first, and then those
   * that follow. They are trained when somebody asks for them.
   */
  readonly repeated: (seeds: number) => Promise<readonly Repeat[]>
  /** The model as it is exported; null where nobody exports one. */
  readonly exported: () => Promise<ExportedModel | null>
}

/** A training with a seed, and what its network says; null if it diverged. */
export interface Repeat {
  readonly seed: number
  readonly outputs: JudgedModel['outputs'] | null
}

/** A measured value; null if there is none. `where` says of which class, group, column or output it is, or
 * what it was made of. */
export interface Measurement {
  readonly value: number | null
  readonly where?: string
}

/** The keys that only some criteria have. */
export const criterionKeys = [
  ...(['of', 'column', 'output', 'direction', 'amount', 'rows', 'bins', 'seeds'] as const),
  ...(['class', 'precision', 'recall', 'quantile'] as const),
] as const
export type CriterionKey = (typeof criterionKeys)[number]

/** What can be judged. */
export interface CriterionKind {
  /** The only kind of model that has it; every model if it is not given. */
  readonly only?: 'classes' | 'numbers'
  /** Whether it is measured on the rows of `split`. */
  readonly onRows: boolean
  /** The keys that it has beside `metric`, `split` and the bounds. */
  readonly keys?: readonly CriterionKey[]
  /** What the data lack for it, as `key: expected …, got …`; undefined if nothing. */
  readonly misfit?: (criterion: Criterion, data: PreparedData) => string | undefined
  readonly measure: (model: JudgedModel, criterion: Criterion) => Measurement | Promise<Measurement>
  /** What may help where it is not met. */
  readonly remedy: string
}
