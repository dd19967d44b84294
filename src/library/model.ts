import { saveModel } from '../export/save.js'
import type { Verification } from '../export/verify.js'
import { fewRows, predictorOf, type ModelParts, type Predictor } from './predictor.js'

/** A model that can be written into a folder. */
export interface Model extends Predictor {
  /** Writes it as a LayersModel with its preprocessing beside it, reads it again and compares: `sentei predict` takes it. */
  readonly save: (folder: string) => Promise<Verification>
}

/** The model of a trained network. Of the data it keeps what it needs, and a few rows to check a saved one by. */
export function modelOf(parts: ModelParts): Model {
  const kept = { ...parts, data: fewRows(parts.data) }
  return { ...predictorOf(kept), save: (folder) => saveModel(kept, folder) }
}
