import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { quantile } from '../base/quantile.js'
import type { PreparedData } from '../data/types.js'
import { modelContent } from '../export/model-content.js'
import { layersModelOf } from '../export/trained.js'
import type { ExportedModel, Trial } from '../trial/types.js'

/** Predictions before time is taken, and those that are timed. */
const [warm, timed] = [20, 200]

/** Exports networks of some data in memory, for criteria on file size and latency. */
export const exportedAs =
  (name: string, data: PreparedData, metric: string): NonNullable<Trial['exported']> =>
  async (network) => {
    const model = layersModelOf({ name, data, ...network })
    let known: ReturnType<ExportedModel['latency']> | undefined
    const content = await modelContent(model, data, metric)
    return {
      bytes: content['model.json'].length + content['weights.bin'].length,
      latency: () => (known ??= latencyOf(model, data)),
      dispose: () => void model.dispose(),
    }
  }

/** The quantiles of the milliseconds that a model needs for one row. */
function latencyOf(model: LayersModel, { dataset: { shape } }: PreparedData): { p50: number; p95: number } {
  const row = tf.zeros([1, ...shape])
  try {
    const times = Array.from({ length: warm + timed }, () => {
      const start = performance.now()
      // Reading the result makes sure that it is there.
      tf.tidy(() => (model.predict(row) as tf.Tensor).dataSync())
      return performance.now() - start
    })
    const sorted = Float64Array.from(times.slice(warm)).sort()
    return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) }
  } finally {
    row.dispose()
  }
}
