import { dataNotes } from '../export/notes.js'
import { saveOnnx, type Parity, type SaveOnnxOptions } from '../export/onnx/save.js'
import { saveModel } from '../export/save.js'
import type { Verified } from '../export/agreement.js'
import { fewRows, predictorOf, type ModelParts, type Predictor } from './predictor.js'

/** A model that can be saved in a folder. */
export interface Model extends Predictor {
  /**
   * Writes the model as a LayersModel with its preprocessing, reads it back and compares the two. `sentei
   * predict` accepts the folder.
   */
  readonly save: (folder: string) => Promise<Verified>
  /**
   * Writes the model as an ONNX file, compared in onnxruntime-web with the network, with its certificate beside
   * it. It is compared on a few rows of those that the model keeps.
   */
  readonly exportOnnx: (file: string, options?: SaveOnnxOptions) => Promise<Parity>
}

/**
 * Makes the model of a trained network. It keeps only the needed part of the data, and a few rows to verify a
 * saved model.
 */
export function modelOf(parts: ModelParts): Model {
  const kept = { ...parts, data: fewRows(parts.data), notes: dataNotes(parts.data) }
  return {
    ...predictorOf(kept),
    save: (folder) => saveModel(kept, folder),
    exportOnnx: (file, options) => saveOnnx(kept, file, options),
  }
}
