import { join } from 'node:path'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { writeAtomic } from '../base/files.js'
import type { PreparedData } from '../data/types.js'
import type { PlainNetwork } from './fold.js'
import { toLayersModel } from './layers.js'
import { modelContent } from './model-files.js'
import { scalesApart } from './outside.js'
import { writePreprocess } from './preprocess.js'
import { verifyExport, type Verification } from './verify.js'

/** A trained network and the data that it was trained on. */
export interface TrainedNetwork extends PlainNetwork {
  readonly name: string
  readonly data: PreparedData
  /** The metric that it was chosen by. */
  readonly metric: string
}

/**
 * Exports a network into a folder as a plain LayersModel with its `preprocess.json`, and verifies the files:
 * it throws where the reloaded model predicts anything else. Frees everything that it allocates.
 */
export async function saveModel(trained: TrainedNetwork, folder: string): Promise<Verification> {
  const { data, graph, values, name, metric } = trained
  const { inside } = scalesApart(data.scaler)
  const model = toLayersModel({
    name,
    graph,
    values,
    scales: inside,
    bend: data.scaler.bend,
    task: data.dataset.task,
  })
  try {
    await writeModel(model, data, metric, folder)
  } finally {
    model.dispose()
  }
  return verifyExport(folder, { graph, values }, data)
}

/** Writes the three files of a model, each atomically, the topology last: where it stands, all that it needs does. */
export async function writeModel(
  model: LayersModel,
  data: PreparedData,
  metric: string,
  folder: string,
): Promise<void> {
  const content = await modelContent(model)
  writeAtomic(join(folder, 'weights.bin'), content['weights.bin'])
  writePreprocess(folder, data, metric, content)
  writeAtomic(join(folder, 'model.json'), content['model.json'])
}
