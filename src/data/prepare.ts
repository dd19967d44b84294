import type { Config } from '../config/config-schema.js'
import { readDataset } from './read-dataset.js'
import { fitScaler, scale } from './scale.js'
import { splitRows } from './split.js'
import type { Dataset, PreparedData } from './types.js'

/** Reads, splits, fills and scales the data of a configuration; `data.file` is relative to `folder`. */
export function prepareData(config: Pick<Config, 'data' | 'split' | 'seed'>, folder: string): PreparedData {
  return prepareDataset(readDataset(config, folder), config.split, config.seed)
}

/** Splits a data set, and fills and scales all its rows by what its `train` rows show. */
export function prepareDataset(dataset: Dataset, split: Config['split'], seed: number): PreparedData {
  const splits = splitRows(dataset, split, seed)
  const scaler = fitScaler(dataset, splits.train)
  const isClass = dataset.task.kind === 'classification'
  return {
    dataset,
    splits,
    scaler,
    inputs: scale(dataset.inputs, scaler.input, scaler.fill),
    targets: isClass ? dataset.targets : scale(dataset.targets, scaler.target),
  }
}
