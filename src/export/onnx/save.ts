import { basename, extname } from 'node:path'
import { nodeSha256, writeAtomic, writeJson } from '../../base/files.js'
import { ownVersion } from '../../base/version.js'
import { InputError } from '../../base/errors.js'
import type { MetricName } from '../../objective/metrics.js'
import { measuredRows, precisionLoss, usualPrecisionLoss, type PrecisionLoss } from '../precision/loss.js'
import type { Precision } from '../precision/names.js'
import type { TrainedNetwork } from '../trained.js'
import { tolerance, type Verified } from '../agreement.js'
import { notesOf } from './metadata.js'
import { onnxModel, onnxPreprocess, type OnnxOptions } from './model.js'
import { preciseModel } from './precise.js'
import { modelBytes, opset } from './proto.js'
import { onnxSession, runtimeVersion } from './runtime.js'
import { onnxPredictions } from './in-session.js'
import { verifyOnnx } from './verify.js'

/** How an ONNX model is saved. */
export interface SaveOnnxOptions extends Omit<OnnxOptions, 'version'> {
  /** Writes the model without running it, for a machine without onnxruntime-web; the certificate says so. */
  readonly unverified?: boolean
  /** How kernels are stored and, for `int8-qdq`, activations computed; `float32` by default. */
  readonly precision?: Precision
  /** The loss of a precision that is allowed, as a share of the error; 0.01 by default. */
  readonly tolerance?: number
}

/** A parity certificate: what a model was compared with its network by, and how far they are apart. */
export interface Parity {
  readonly format: 'sentei-parity/1'
  /** The file's name and hash, and the version of ONNX's operators. */
  readonly model: { readonly file: string; readonly sha256: string; readonly opset: number }
  /** The data, and how they were split. */
  readonly data: { readonly name: string; readonly sha256: string; readonly splits: string }
  /** Of the model with 32-bit floats; null if it was not run. */
  readonly verified: (Verified & { readonly tolerance: number }) | null
  /** What another precision than `float32` costs; null if the model was not run. */
  readonly precision?: PrecisionLoss | null
  readonly versions: Readonly<Record<string, string>>
}

/** The path of the certificate of an ONNX file: `model.parity.json` beside `model.onnx`. */
export const parityFile = (file: string): string =>
  `${file.slice(0, file.length - extname(file).length)}.parity.json`

/**
 * Saves a trained network as an ONNX model, compared in onnxruntime-web with the network on the test rows, and
 * its parity certificate beside it. Nothing is written if they differ (relative 1e-4), or if onnxruntime-web is
 * not installed and the model is not to be `unverified`.
 */
export async function saveOnnx(
  trained: TrainedNetwork,
  file: string,
  options: SaveOnnxOptions = {},
): Promise<Parity> {
  const { unverified = false, precision = 'float32', tolerance: allowed = usualPrecisionLoss } = options
  if (unverified && precision === 'int8-qdq')
    throw new InputError(
      '--precision: int8-qdq is calibrated in onnxruntime-web; export without --unverified, or in float16 or uint8',
    )
  const version = ownVersion()
  const { name, hash } = trained.data.dataset
  const { splits } = notesOf(trained)
  const model = onnxModel(trained, {
    // Whole numbers are rounded behind norms, not before them.
    foldNorms: (options.foldNorms ?? false) || precision === 'int8-qdq',
    version,
    metadata: {
      'sentei.version': version,
      ...(precision !== 'float32' && { 'sentei.precision': precision }),
      ...(unverified && { 'sentei.unverified': 'this model was not compared with its network' }),
      ...options.metadata,
    },
  })
  const purpose = 'verifies the model before it is written (--unverified writes it all the same)'
  const float32 = modelBytes(model)
  const verified = unverified ? null : await verifyOnnx(float32, trained, purpose)
  const isPrecise = precision !== 'float32'
  const bytes = isPrecise ? modelBytes(await preciseModel(model, precision, trained)) : float32
  const loss = isPrecise && verified ? await lossOf(trained, { precision, allowed, bytes, float32 }) : null
  const parity: Parity = {
    format: 'sentei-parity/1',
    model: { file: basename(file), sha256: nodeSha256(bytes), opset },
    data: { name, sha256: hash, splits },
    verified: verified && { ...verified, tolerance },
    ...(isPrecise && { precision: loss }),
    versions: {
      sentei: version,
      node: process.versions.node,
      ...(verified && { 'onnxruntime-web': (await runtimeVersion())! }),
    },
  }
  writeAtomic(file, bytes)
  writeJson(parityFile(file), parity)
  return parity
}

interface Compared extends Pick<PrecisionLoss, 'precision' | 'allowed'> {
  readonly bytes: Uint8Array
  readonly float32: Uint8Array
}

/** What a precision costs, run in onnxruntime-web. */
async function lossOf(
  trained: TrainedNetwork,
  { bytes, float32, ...known }: Compared,
): Promise<PrecisionLoss> {
  const { data, metric } = trained
  const { rows } = measuredRows(data)
  const predicted = async (model: Uint8Array) => {
    const session = await onnxSession(model, 'measures what a precision costs')
    try {
      return (await onnxPredictions(session, onnxPreprocess(trained), data.dataset.inputs, rows)).outputs
    } finally {
      await session.release()
    }
  }
  return precisionLoss(data, metric as MetricName, {
    ...known,
    bytes: bytes.length,
    float32Bytes: float32.length,
    predicted: await predicted(bytes),
    float32: await predicted(float32),
  })
}
