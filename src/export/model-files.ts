import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import { InputError } from '../base/errors.js'
import { writeAtomic } from '../base/files.js'

/** The files of a saved model, in the order in which they are written. */
export const modelFiles = ['weights.bin', 'preprocess.json', 'model.json'] as const

/**
 * Writes `model.json` and `weights.bin` in the standard TensorFlow.js format, each atomically, the topology
 * last: where it stands, its weights do.
 */
export async function writeModel(model: tfl.LayersModel, folder: string): Promise<void> {
  let artifacts: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved
      const info = { dateSaved: new Date(0), modelTopologyType: 'JSON' as const }
      return Promise.resolve({ modelArtifactsInfo: info })
    }),
  )
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = artifacts!
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
  const bytes = tf.io.CompositeArrayBuffer.join(weightData)
  writeAtomic(join(folder, 'weights.bin'), new Uint8Array(bytes))
  writeAtomic(
    join(folder, 'model.json'),
    JSON.stringify({ format, generatedBy, convertedBy: null, modelTopology, weightsManifest }),
  )
}

/** Loads a saved model with TensorFlow.js alone, from its folder's files. The caller disposes it. */
export async function readModel(folder: string): Promise<tfl.LayersModel> {
  const path = join(folder, 'model.json')
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; is this the folder of a model or of a finished run?`)
  const document = JSON.parse(readFileSync(path, 'utf8')) as tf.io.ModelJSON
  const weights = document.weightsManifest.flatMap(({ paths }) => paths)
  const buffers = weights.map((name) => readFileSync(join(folder, name)))
  const joined = new Uint8Array(Buffer.concat(buffers)).buffer
  const weightSpecs = document.weightsManifest.flatMap((group) => group.weights)
  const artifacts = { modelTopology: document.modelTopology, weightSpecs, weightData: joined }
  return tfl.loadLayersModel({ load: () => Promise.resolve(artifacts) })
}
