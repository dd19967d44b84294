import type { io } from '@tensorflow/tfjs-core'
import { modelContent, preprocessOf, type ModelContent } from '../export/model-content.js'
import { layersModelOf } from '../export/trained.js'
import { fewRows, predictorOf, type ModelParts, type Predictor } from '../library/predictor.js'
import { plain } from '../library/report.js'

/** A model that can be kept without folders. */
export interface BrowserModel extends Predictor {
  /** The files that `save` of `sentei` writes, by their names, byte for byte: written into a folder, `sentei predict` takes it. */
  readonly files: () => Promise<ModelContent>
  /**
   * Saves it as a LayersModel where TensorFlow.js does: `indexeddb://name`, `localstorage://name`, `downloads://name`, an
   * address, or a handler. What `preprocess.json` would say is `userDefinedMetadata` there.
   */
  readonly save: (to: string | io.IOHandler) => Promise<io.SaveResult>
}

/** The model of a trained network. */
export function modelOf(parts: ModelParts): BrowserModel {
  const kept = { ...parts, data: fewRows(parts.data) }
  const { data, metric } = kept
  return {
    ...predictorOf(kept),
    async files() {
      const model = layersModelOf(kept)
      try {
        return await modelContent(model, data, metric)
      } finally {
        model.dispose()
      }
    },
    async save(to) {
      const model = layersModelOf(kept)
      try {
        model.setUserDefinedMetadata(plain<object>(preprocessOf(data, metric)))
        return await model.save(to)
      } finally {
        model.dispose()
      }
    },
  }
}
