import type * as tf from '@tensorflow/tfjs-core'
import { sha256 } from '../../base/hash.js'
import { sealedText } from '../../base/json.js'
import type { ModelContent } from '../model-content.js'
import { affineOf, quantized, rangeOf } from './affine.js'
import { fitsFloat16, float16Bits } from './float16.js'
import type { Precision } from './names.js'

type WeightSpec = tf.io.WeightsManifestEntry

/** The part of `model.json` that is read: which layers have constants, and what lies in `weights.bin`. */
interface Topology {
  readonly modelTopology: {
    readonly config: { readonly layers: readonly { name: string; config: { trainable?: boolean } }[] }
  }
  readonly weightsManifest: readonly { readonly paths: string[]; readonly weights: readonly WeightSpec[] }[]
}

/**
 * A saved model with its kernels in another precision, in the format that TensorFlow.js dequantizes when it
 * loads a model. Everything that is no kernel stays as it is, and so does a kernel that 16-bit floats cannot
 * hold.
 */
export function preciseContent(content: ModelContent, precision: Precision): ModelContent {
  if (precision === 'float32') return content
  const document = jsonOf(content['model.json']) as unknown as Topology
  const constant = new Set(
    document.modelTopology.config.layers.flatMap(({ name, config }) =>
      config.trainable === false ? [name] : [],
    ),
  )
  const bytes = content['weights.bin']
  const parts: Uint8Array[] = []
  let from = 0
  const specs = document.weightsManifest[0]!.weights.map((spec) => {
    const to = from + 4 * spec.shape.reduce((product, n) => product * n, 1)
    // A copy, because `Buffer.slice` shares its memory, which is not aligned.
    const weightBytes = new Uint8Array(bytes.subarray(from, to))
    from = to
    const isKernel = spec.name.endsWith('kernel') && !constant.has(spec.name.split('/')[0]!)
    const stored = isKernel ? storedAs(precision, new Float32Array(weightBytes.buffer)) : undefined
    parts.push(stored?.bytes ?? weightBytes)
    return stored ? { ...spec, quantization: stored.quantization } : spec
  })
  const weights = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    weights.set(part, at)
    at += part.length
  }
  const manifest = [{ ...document.weightsManifest[0]!, weights: specs }]
  const standard = {
    'weights.bin': weights,
    'model.json': bytesOf(JSON.stringify({ ...document, weightsManifest: manifest })),
  }
  const files = Object.fromEntries(Object.entries(standard).map(([name, each]) => [name, sha256(each)]))
  const { sha256: _, ...preprocess } = jsonOf(content['preprocess.json'])
  return { ...standard, 'preprocess.json': bytesOf(sealedText({ ...preprocess, files })) }
}

/** A kernel's bytes, and how they are read; undefined if it stays as it is. */
function storedAs(
  precision: Precision,
  values: Float32Array,
): { bytes: Uint8Array; quantization: NonNullable<WeightSpec['quantization']> } | undefined {
  if (precision === 'float16') {
    if (!fitsFloat16(values)) return undefined
    const halves = Uint16Array.from(values, float16Bits)
    return {
      bytes: new Uint8Array(halves.buffer),
      quantization: { dtype: 'float16' },
    }
  }
  const affine = affineOf(rangeOf(values), 0)
  return {
    bytes: Uint8Array.from(values, (value) => quantized(value, affine, 0)),
    quantization: { dtype: 'uint8', scale: affine.scale, min: -affine.zero * affine.scale },
  }
}

const jsonOf = (bytes: Uint8Array) =>
  JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
