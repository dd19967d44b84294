import type { Config } from '../config/config-schema.js'
import type { GivenData } from './given.js'
import { readDataset } from './read-dataset.js'
import type { Reader } from './readers/types.js'
import { bent, fitScaler, scale, usualScaling, type Scaling } from './scale.js'
import { splitRows } from './split.js'
import { limitRows } from './subset.js'
import type { Dataset, PreparedData } from './types.js'

/**
 * Reads, splits, fills and scales the data of a configuration; its paths are relative to `folder`. `readers`
 * are readers beside the registry's, `given` the data of source `memory`.
 */
export async function prepareData(
  config: Pick<Config, 'data' | 'split' | 'seed'>,
  folder: string,
  readers: readonly Reader[] = [],
  given?: GivenData,
): Promise<PreparedData> {
  const all = await readDataset(config, folder, readers, given)
  const dataset = limitRows(all, config.data.limit, config.split.seed ?? config.seed)
  return prepareDataset(dataset, config.split, config.seed, config.data.scaling)
}

/** A configuration with the scaling of its data said, its own or the usual one. */
export const withScaling = <C extends Pick<Config, 'data'>>(config: C, { dataset }: PreparedData): C => ({
  ...config,
  data: { scaling: usualScaling(dataset), ...config.data },
})

/** Splits a data set, and fills and scales all its rows by what its `train` rows show. */
export function prepareDataset(
  dataset: Dataset,
  split: Config['split'],
  seed: number,
  scaling: Scaling = usualScaling(dataset),
): PreparedData {
  const splits = splitRows(dataset, split, seed)
  const scaler = fitScaler(dataset, splits.train, scaling)
  const isClass = dataset.task.kind === 'classification'
  return {
    dataset,
    splits,
    scaler,
    inputs: bent(scale(dataset.inputs, scaler.input, scaler.fill), scaler),
    targets: isClass ? Float32Array.from(dataset.targets) : scale(dataset.targets, scaler.target),
  }
}
