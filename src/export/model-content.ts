import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { sha256 } from '../base/hash.js'
import { sealedText } from '../base/json.js'
import type { Encoding, PreparedData, Range, Scales, Task } from '../data/types.js'
import type { Shape } from '../nn/graph.js'
import { scalesApart } from './outside.js'

/** The files of a saved model, in the order in which they are written. */
export const modelFiles = ['weights.bin', 'preprocess.json', 'model.json'] as const

/** The bytes of each file. */
export type ModelContent = Readonly<Record<(typeof modelFiles)[number], Uint8Array>>

/** What is needed to convert raw records to inputs of a model: `preprocess.json`. */
export interface Preprocess {
  readonly format: 'sentei-preprocess/2'
  /** The name of the data set on which the model was trained. */
  readonly data: string
  readonly task: Task
  /** The metric by which the model was chosen. */
  readonly metric: string
  /** The shape of one input. */
  readonly shape: Shape
  readonly features: readonly string[]
  readonly encoding: Encoding
  /** The replacement of a missing input in original units, one per feature. */
  readonly fill: readonly number[]
  /** The range of each feature in training, in original units; absent in models of format 1. */
  readonly ranges?: readonly Range[]
  /**
   * The scaling outside the model, in 64-bit floats: the model gets (x − input.mean) / input.std for each
   * feature, and y is its output · target.std + target.mean. Means are 0 and deviations 1, except for columns
   * far from 0.
   */
  readonly outside: Scales
  /** The SHA-256 of the model's other files; absent in models from before checksums existed. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * The files of a model that was trained on some data: `model.json` and `weights.bin` in the standard format
 * of TensorFlow.js, and `preprocess.json`, which is sealed and contains the hashes of the other two.
 */
export async function modelContent(
  model: LayersModel,
  data: PreparedData,
  metric: string,
): Promise<ModelContent> {
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = await artifactsOf(model)
  const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
  const topology = JSON.stringify({ format, generatedBy, convertedBy: null, modelTopology, weightsManifest })
  const standard = {
    'weights.bin': new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)),
    'model.json': bytesOf(topology),
  }
  const files = Object.fromEntries(Object.entries(standard).map(([name, bytes]) => [name, sha256(bytes)]))
  const preprocess = sealedText({ ...preprocessOf(data, metric), files })
  return { ...standard, 'preprocess.json': bytesOf(preprocess) }
}

/** The preprocessing of a model that was trained on some data. */
export function preprocessOf({ dataset, scaler }: PreparedData, metric: string): Preprocess {
  const { name: data, task, shape, features, encoding } = dataset
  const { outside } = scalesApart(scaler)
  const format = 'sentei-preprocess/2'
  const { fill, ranges } = scaler
  return { format, data, task, metric, shape, features, encoding, fill, ranges, outside }
}

async function artifactsOf(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler((saved) => {
      artifacts = saved
      const info = { dateSaved: new Date(0), modelTopologyType: 'JSON' as const }
      return Promise.resolve({ modelArtifactsInfo: info })
    }),
  )
  return artifacts!
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
