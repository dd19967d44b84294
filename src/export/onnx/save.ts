import { basename, extname } from 'node:path'
import { sha256, writeAtomic, writeJson } from '../../base/files.js'
import { ownVersion } from '../../base/version.js'
import type { PreparedData } from '../../data/types.js'
import type { TrainedNetwork } from '../trained.js'
import { tolerance } from '../verify.js'
import { toOnnx, type OnnxOptions } from './model.js'
import { opset } from './proto.js'
import { runtimeVersion } from './runtime.js'
import { verifyOnnx, type OnnxVerification } from './verify.js'

/** How an ONNX model is saved. */
export interface SaveOnnxOptions extends Omit<OnnxOptions, 'version'> {
  /** Writes the model without running it, for a machine without onnxruntime-web; the certificate says so. */
  readonly unverified?: boolean
}

/** A parity certificate: what a model was compared with its network by, and how far they are apart. */
export interface Parity {
  readonly format: 'sentei-parity/1'
  /** The file's name and hash, and the version of ONNX's operators. */
  readonly model: { readonly file: string; readonly sha256: string; readonly opset: number }
  /** The data, and how they were split. */
  readonly data: { readonly name: string; readonly sha256: string; readonly splits: string }
  /** Null if the model was not run. */
  readonly verified: (OnnxVerification & { readonly tolerance: number }) | null
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
  { unverified = false, metadata, ...options }: SaveOnnxOptions = {},
): Promise<Parity> {
  const version = ownVersion()
  const { data, metric } = trained
  const splits = splitHash(data)
  const { task, name, hash } = data.dataset
  const bytes = toOnnx(trained, {
    ...options,
    version,
    metadata: {
      'sentei.version': version,
      'sentei.names': JSON.stringify(task.kind === 'classification' ? task.classes : task.outputs),
      'sentei.metric': metric,
      'sentei.data': name,
      'sentei.data.sha256': hash,
      'sentei.splits.sha256': splits,
      ...(unverified && { 'sentei.unverified': 'this model was not compared with its network' }),
      ...metadata,
    },
  })
  const purpose = 'verifies the model before it is written (--unverified writes it all the same)'
  const verified = unverified ? null : await verifyOnnx(bytes, trained, purpose)
  const parity: Parity = {
    format: 'sentei-parity/1',
    model: { file: basename(file), sha256: sha256(bytes), opset },
    data: { name, sha256: hash, splits },
    verified: verified && { ...verified, tolerance },
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

/** The SHA-256 of the rows of the four splits. */
function splitHash({ splits: { train, arch, validation, test } }: PreparedData): string {
  return sha256(JSON.stringify([train, arch, validation, test].map((rows) => [...rows])))
}
