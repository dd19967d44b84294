import type { Config } from '../config/config-schema.js'
import type { GivenData } from './given.js'
import { prepared } from './prepare-dataset.js'
import { readDataset } from './read-dataset.js'
import type { Reader } from './readers/types.js'
import type { PreparedData } from './types.js'

/**
 * Reads, splits, fills and scales the data of a configuration. Its paths are relative to `folder`. `readers`
 * are your own, in addition to those of the registry. `given` is the data of source `memory`.
 */
export const prepareData = async (
  config: Pick<Config, 'data' | 'split' | 'seed'>,
  folder: string,
  readers: readonly Reader[] = [],
  given?: GivenData,
): Promise<PreparedData> => prepared(await readDataset(config, folder, readers, given), config)
