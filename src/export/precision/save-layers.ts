import { join } from 'node:path'
import { version_layers } from '@tensorflow/tfjs-layers'
import { nodeSha256, writeAtomic, writeJson } from '../../base/files.js'
import { ownVersion } from '../../base/version.js'
import type { PreparedData } from '../../data/types.js'
import type { MetricName } from '../../objective/metrics.js'
import { modelFiles, type ModelContent, type Preprocess } from '../model-content.js'
import { loadModel } from '../model-files.js'
import { splitHash } from '../notes.js'
import type { Parity } from '../onnx/save.js'
import { modelPredictions } from '../verify.js'
import { preciseContent } from './layers.js'
import { measuredRows, precisionLoss, usualPrecisionLoss, type PrecisionLoss } from './loss.js'
import type { Precision } from './names.js'

/** What a LayersModel in another precision was measured by: `parity.json` in its folder. */
export interface LayersParity extends Pick<Parity, 'format' | 'data' | 'versions'> {
  /** The hash of each file. */
  readonly files: Readonly<Record<string, string>>
  readonly precision: PrecisionLoss
}

/** The certificate's name in the model's folder. */
export const layersParityFile = 'parity.json'

/** How a LayersModel is saved in another precision. */
export interface SavePreciseOptions {
  readonly precision: Precision
  /** The loss that is allowed, as a share of the error; 0.01 by default. */
  readonly tolerance?: number
  readonly data: PreparedData
  /** The metric by which the model was chosen. */
  readonly metric: MetricName
  readonly preprocess: Preprocess
}

/**
 * Saves a LayersModel of 32-bit floats in a folder with its kernels in another precision, loaded by
 * tfjs-layers and measured on the test rows beside the given one, and the certificate of that. Frees
 * everything that it allocates. Nothing is written if a prediction is not finite.
 */
export async function savePreciseLayers(
  content: ModelContent,
  folder: string,
  { precision, tolerance: allowed = usualPrecisionLoss, data, metric, preprocess }: SavePreciseOptions,
): Promise<LayersParity> {
  const precise = preciseContent(content, precision)
  const { rows } = measuredRows(data)
  const predicted = async (files: ModelContent) => {
    const model = await loadModel(folder, (name) => files[name as (typeof modelFiles)[number]])
    try {
      return modelPredictions(model, preprocess, data.dataset.inputs, rows)
    } finally {
      model.dispose()
    }
  }
  const loss = precisionLoss(data, metric, {
    precision,
    allowed,
    bytes: bytesOf(precise),
    float32Bytes: bytesOf(content),
    predicted: await predicted(precise),
    float32: await predicted(content),
  })
  const { name, hash } = data.dataset
  const parity: LayersParity = {
    format: 'sentei-parity/1',
    data: { name, sha256: hash, splits: splitHash(data.splits) },
    files: Object.fromEntries(modelFiles.map((each) => [each, nodeSha256(precise[each])])),
    precision: loss,
    versions: { sentei: ownVersion(), node: process.versions.node, 'tfjs-layers': version_layers },
  }
  for (const each of modelFiles) writeAtomic(join(folder, each), precise[each])
  writeJson(join(folder, layersParityFile), parity)
  return parity
}

/** The size of what is downloaded to run a model. */
const bytesOf = (content: ModelContent): number =>
  content['model.json'].length + content['weights.bin'].length
