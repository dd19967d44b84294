import type { Config } from '../config/config-schema.js'
import type { FloatArray } from './content.js'
import { withPositive } from './positive.js'
import { rangesOf } from './ranges.js'
import { bent, fitScaler, scale, usualScaling, type Scaling } from './scale.js'
import { splitRows } from './split.js'
import { limitRows } from './subset.js'
import type { Dataset, PreparedData } from './types.js'

/** Prepares a data set as its configuration says: limits, splits, fills and scales its rows. */
export function prepared(
  all: Dataset,
  { data, split, seed }: Pick<Config, 'data' | 'split' | 'seed'>,
): PreparedData {
  const rows = limitRows(all, data.limit, split.seed ?? seed)
  return withPositive(prepareDataset(rows, split, seed, data.scaling), data.positive)
}

/** A configuration with the scaling of its data filled in: its own or the default. */
export const withScaling = <C extends Pick<Config, 'data'>>(config: C, { dataset }: PreparedData): C => ({
  ...config,
  data: { scaling: usualScaling(dataset), ...config.data },
})

/** Splits a data set, and fills and scales all its rows by statistics of its `train` rows. */
export function prepareDataset(
  dataset: Dataset,
  split: Config['split'],
  seed: number,
  scaling: Scaling = usualScaling(dataset),
): PreparedData {
  const splits = splitRows(dataset, split, seed)
  const scaler = fitScaler(dataset, splits.train, scaling)
  const isClass = dataset.task.kind === 'classification'
  const scaled = (inputs: FloatArray) => bent(scale(inputs, scaler.input, scaler.fill), scaler)
  const outputs = (values: FloatArray) => (isClass ? Float32Array.from(values) : scale(values, scaler.target))
  return {
    dataset,
    splits,
    scaler: { ...scaler, ranges: rangesOf(dataset, [splits.train, splits.arch]) },
    inputs: scaled(dataset.inputs),
    unlabelled: dataset.unlabelled && scaled(dataset.unlabelled.inputs),
    teaching: dataset.teaching && {
      measured: outputs(dataset.teaching.measured),
      ...(dataset.teaching.unlabelled && { unlabelled: outputs(dataset.teaching.unlabelled) }),
    },
    targets: isClass ? Float32Array.from(dataset.targets) : scale(dataset.targets, scaler.target),
  }
}
