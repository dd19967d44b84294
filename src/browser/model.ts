import type { io } from '@tensorflow/tfjs-core'
import { modelContent, preprocessOf, type ModelContent } from '../export/model-content.js'
import { dataNotes } from '../export/notes.js'
import { layersModelOf } from '../export/trained.js'
import { fewRows, predictorOf, type ModelParts, type Predictor } from '../library/predictor.js'
import { plain } from '../library/report.js'
import type { BrowserOnnxOptions } from './onnx.js'

/** A model that can be saved without a folder. */
export interface BrowserModel extends Predictor {
  /**
   * The content of the files that `save` of `sentei` writes, by name. `sentei predict` accepts a folder with
   * these files.
   */
  readonly files: () => Promise<ModelContent>
  /**
   * Saves the model as a LayersModel to any place that TensorFlow.js supports: `indexeddb://name`,
   * `localstorage://name`, `downloads://name`, an address, or a handler. The content of `preprocess.json`
   * becomes its `userDefinedMetadata`.
   */
  readonly save: (to: string | io.IOHandler) => Promise<io.SaveResult>
  /**
   * The bytes of the model as an ONNX file: raw cells or pixels in, classes or original units out. The code that
   * writes it is loaded when it is called. With `runtime`, the page's `onnxruntime-web`, it is compared with the
   * network; this throws if they differ.
   */
  readonly toOnnx: (options?: BrowserOnnxOptions) => Promise<Uint8Array<ArrayBuffer>>
}

/** Makes the model of a trained network. */
export function modelOf(parts: ModelParts): BrowserModel {
  const kept = { ...parts, data: fewRows(parts.data), notes: dataNotes(parts.data) }
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
    async toOnnx(options) {
      const { browserOnnx } = await import('./onnx.js')
      return browserOnnx(kept, options)
    },
  }
}
