import { saveModel } from '../export/save.js'
import type { Verification } from '../export/verify.js'
import { fewRows, predictorOf, type ModelParts, type Predictor } from './predictor.js'

/** A model that can be written into a folder. */
export interface Model extends Predictor {
  /**
   * Writes the model as a LayersModel together with its preprocessing, reads it again and compares it.
   * `sentei predict` takes it.
   */
  readonly save: (folder: string) => Promise<Verification>
}

/**
 * Makes the model of a trained network. From the data it keeps what it needs, and a few rows to check a saved
 * model.
 */
export function modelOf(parts: ModelParts): Model {
  const kept = { ...parts, data: fewRows(parts.data) }
  return { ...predictorOf(kept), save: (folder) => saveModel(kept, folder) }
}
