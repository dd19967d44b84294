import { nodeSha256 } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { datasetOf } from './dataset-of.js'
import { fileSettings } from './file-settings.js'
import type { GivenData } from './given.js'
import { readers } from './readers/index.js'
import type { Reader } from './readers/types.js'
import type { Dataset } from './types.js'

/**
 * Reads the data of a configuration: a bundled data set, or files relative to `folder`. `ownReaders` are your own
 * readers, which are tried before those of the registry. `given` is the data of source `memory`.
 */
export const readDataset = async (
  { data, split }: Pick<Config, 'data' | 'split'>,
  folder: string,
  ownReaders: readonly Reader[] = [],
  given?: GivenData,
): Promise<Dataset> =>
  datasetOf(fileSettings(data, folder, [...ownReaders, ...readers], given), split, nodeSha256)
