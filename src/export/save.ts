import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { writeAtomic } from '../base/files.js'
import type { PreparedData } from '../data/types.js'
import { modelContent, modelFiles } from './model-content.js'
import { layersModelOf, type TrainedNetwork } from './trained.js'
import { type Verified } from './agreement.js'
import { verifyExport } from './verify.js'

/**
 * Exports a network into a folder as a plain LayersModel with its `preprocess.json`, and verifies the files.
 * Throws if the predictions of the reloaded model differ. Frees everything that it allocates.
 */
export async function saveModel(trained: TrainedNetwork, folder: string): Promise<Verified> {
  const { data, graph, values, metric } = trained
  const model = layersModelOf(trained)
  try {
    await writeModel(model, data, metric, folder)
  } finally {
    model.dispose()
  }
  return verifyExport(folder, { graph, values }, data)
}

/**
 * Writes the three files of a model, each atomically. The topology is last, so that its existence means that
 * the others exist.
 */
export async function writeModel(
  model: LayersModel,
  data: PreparedData,
  metric: string,
  folder: string,
): Promise<void> {
  const content = await modelContent(model, data, metric)
  for (const name of modelFiles) writeAtomic(join(folder, name), content[name])
}
