import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import type * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { damaged, jsonObject } from '../base/sealed.js'
import { validate } from '../config/validator.js'

const ModelSchema = Type.Object({
  modelTopology: Type.Object({}),
  weightsManifest: Type.Array(
    Type.Object({
      paths: Type.Array(Type.String()),
      weights: Type.Array(
        Type.Object({ name: Type.String(), shape: Type.Array(Type.Integer()), dtype: Type.String() }),
      ),
    }),
  ),
})

const remedy = 'restore it from a copy, or export it from its run again'

/**
 * Loads a saved model with TensorFlow.js alone, from the files of its folder. The caller disposes it. Throws
 * an InputError that names the file if it is not such a model.
 */
export async function readModel(folder: string): Promise<tfl.LayersModel> {
  const hints: Readonly<Record<string, string>> = {
    'model.json': 'is this the folder of a model or of a finished run?',
  }
  return loadModel(folder, (name) => readOf(folder, name, hints[name] ?? remedy))
}

/** Loads a model from the bytes of its files; `folder` is what errors name. The caller disposes it. */
export async function loadModel(
  folder: string,
  fileOf: (name: string) => Uint8Array,
): Promise<tfl.LayersModel> {
  const path = join(folder, 'model.json')
  const documentBytes = fileOf('model.json')
  const document = validate(
    ModelSchema,
    jsonObject(documentBytes, path, remedy),
    path,
  ) as unknown as tf.io.ModelJSON
  const weights = document.weightsManifest.flatMap(({ paths }) => paths)
  const joined = new Uint8Array(Buffer.concat(weights.map(fileOf))).buffer
  const weightSpecs = document.weightsManifest.flatMap((group) => group.weights)
  const wanted = weightSpecs.reduce(
    (sum, spec) => sum + bytesPerValue(spec) * spec.shape.reduce((product, n) => product * n, 1),
    0,
  )
  if (weightSpecs.every(({ dtype }) => dtype === 'float32') && joined.byteLength !== wanted)
    throw damaged(
      join(folder, weights.join(', ')),
      `expected ${wanted} bytes, got ${joined.byteLength}`,
      remedy,
    )
  const artifacts = { modelTopology: document.modelTopology, weightSpecs, weightData: joined }
  try {
    return await tfl.loadLayersModel({ load: () => Promise.resolve(artifacts) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw damaged(path, `expected a model that TensorFlow.js loads (${reason})`, remedy)
  }
}

const bytesPerValue = ({ quantization }: tf.io.WeightsManifestEntry): number =>
  quantization ? { uint8: 1, uint16: 2, float16: 2 }[quantization.dtype] : 4

function readOf(folder: string, name: string, hint: string): Buffer {
  const path = join(folder, name)
  if (!existsSync(path)) throw damaged(path, 'no such file', hint)
  if (!statSync(path).isFile()) throw damaged(path, 'expected a file', hint)
  return readFileSync(path)
}
