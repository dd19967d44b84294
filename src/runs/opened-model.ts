import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeSha256 } from '../base/files.js'
import { damaged, jsonObject, notAsWritten } from '../base/sealed.js'
import type { FloatArray } from '../data/content.js'
import type { Preprocess } from '../export/model-content.js'
import { readModel } from '../export/model-files.js'
import { preprocessKey } from '../export/onnx/model.js'
import type { OnnxPreprocess } from '../export/onnx/raw-inputs.js'
import { metadataOf } from '../export/onnx/proto.js'
import { onnxSession } from '../export/onnx/runtime.js'
import { parityFile } from '../export/onnx/save.js'
import { onnxPredictions } from '../export/onnx/in-session.js'
import { checkedPreprocess, readPreprocess, requireSound } from '../export/preprocess.js'
import { modelPredictions } from '../export/verify.js'

/** A saved model that predicts, whatever its format. */
export interface OpenedModel {
  readonly preprocess: Preprocess
  /** Probabilities, or values in original units, rows × width, of encoded inputs in original units. */
  readonly predict: (inputs: FloatArray, rows: Uint32Array) => Promise<Float64Array> | Float64Array
  /** Frees its memory. */
  readonly close: () => Promise<void> | void
}

/** Whether a path names an ONNX model rather than a folder. */
export const isOnnx = (path: string): boolean =>
  path.endsWith('.onnx') && statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true

/** Opens the LayersModel of a folder. Throws an InputError if it is damaged. */
export async function openLayers(folder: string): Promise<OpenedModel> {
  if (existsSync(join(folder, 'model.json'))) requireSound(folder)
  const model = await readModel(folder)
  const preprocess = readPreprocess(folder)
  return {
    preprocess,
    predict: (inputs, rows) => modelPredictions(model, preprocess, inputs, rows),
    close: () => void model.dispose(),
  }
}

/**
 * Opens an ONNX model that Sentei exported; it runs in onnxruntime-web. Throws an InputError if it is damaged
 * or somebody else's, or if that package is not installed.
 */
export async function openOnnx(path: string): Promise<OpenedModel> {
  const { bytes, preprocess } = readOnnx(path)
  const session = await onnxSession(bytes, 'predicts with an ONNX model')
  return {
    preprocess,
    predict: async (inputs, rows) => (await onnxPredictions(session, preprocess, inputs, rows)).outputs,
    close: () => session.release(),
  }
}

/** Reads an ONNX model that Sentei exported. Throws an InputError if it is damaged or somebody else's. */
export function readOnnx(path: string): { readonly bytes: Buffer; readonly preprocess: OnnxPreprocess } {
  if (!existsSync(path))
    throw damaged(path, 'no such file', 'export it with "sentei export RUN --format onnx"')
  const bytes = readFileSync(path)
  const remedy = 'export it from its run again'
  requireCertified(path, bytes, remedy)
  const text = textIn(bytes)
  if (text === undefined) throw damaged(path, 'expected an ONNX model that Sentei exported', remedy)
  const preprocess = checkedPreprocess(jsonObject(Buffer.from(text), path, remedy), path) as OnnxPreprocess
  return { bytes, preprocess }
}

/** Throws if the certificate that lies beside a model is that of other bytes. */
function requireCertified(path: string, bytes: Uint8Array, remedy: string): void {
  const beside = parityFile(path)
  if (!existsSync(beside)) return
  const { model } = jsonObject(readFileSync(beside), beside, remedy) as { model?: { sha256?: string } }
  if (model?.sha256 !== nodeSha256(bytes)) throw damaged(path, notAsWritten, remedy)
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return metadataOf(bytes)[preprocessKey]
  } catch {
    return undefined
  }
}
