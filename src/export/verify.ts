import * as tf from '@tensorflow/tfjs-core'
import type * as tfl from '@tensorflow/tfjs-layers'
import { gather } from '../data/batches.js'
import type { FloatArray } from '../data/content.js'
import { scale, unscale } from '../data/scale.js'
import type { PreparedData } from '../data/types.js'
import { agreement, networkPredictions, requireSame, type Verified } from './agreement.js'
import type { PlainNetwork } from './fold.js'
import type { Preprocess } from './model-content.js'
import { readModel } from './model-files.js'
import { readPreprocess } from './preprocess.js'

const batchSize = 256

/**
 * Reloads a model from its files without Sentei's own code for networks. Compares its predictions with those
 * of the network on the validation rows, or on the training rows if there are none. Throws if they differ.
 */
export async function verifyExport(
  folder: string,
  network: PlainNetwork,
  data: PreparedData,
): Promise<Verified> {
  const split = data.splits.validation.length > 0 ? 'validation' : 'train'
  const rows = data.splits[split]
  const expected = networkPredictions(network, data, rows)
  const model = await readModel(folder)
  try {
    const got = modelPredictions(model, readPreprocess(folder), data.dataset.inputs, rows)
    const result = agreement(expected, got, rows.length, data)
    requireSame(result, folder)
    return { ...result, split }
  } finally {
    model.dispose()
  }
}

/**
 * A model's outputs for some rows of inputs, both in original units, as rows × width. NaN in inputs is
 * filled.
 */
export function modelPredictions(
  model: tfl.LayersModel,
  { shape, fill, outside }: Pick<Preprocess, 'shape' | 'fill' | 'outside'>,
  inputs: FloatArray,
  rows: Uint32Array,
): Float64Array {
  const length = shape.reduce((product, n) => product * n, 1)
  const parts: number[] = []
  for (let from = 0; from < rows.length; from += batchSize) {
    const batch = rows.subarray(from, from + batchSize)
    const values = scale(gather(inputs, length, batch), outside.input, fill)
    const outputs = tf.tidy(() =>
      (model.predict(tf.tensor(values, [batch.length, ...shape])) as tf.Tensor).dataSync<'float32'>(),
    )
    for (const value of outputs) parts.push(value)
  }
  return unscale(Float32Array.from(parts), outside.target)
}
