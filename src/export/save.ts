import type { PreparedData } from '../data/types.js'
import type { PlainNetwork } from './fold.js'
import { toLayersModel } from './layers.js'
import { writeModel } from './model-files.js'
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
  const model = toLayersModel({ name, graph, values, scales: inside, task: data.dataset.task })
  try {
    writePreprocess(folder, data, metric)
    await writeModel(model, folder)
  } finally {
    model.dispose()
  }
  return verifyExport(folder, { graph, values }, data)
}
