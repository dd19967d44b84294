import { verifyIn } from '../export/onnx/in-session.js'
import { onnxModel, type OnnxOptions } from '../export/onnx/model.js'
import { modelBytes } from '../export/onnx/proto.js'
import { withStoredKernels } from '../export/onnx/quantize.js'
import { sessionIn, type OnnxRuntime } from '../export/onnx/session.js'
import type { TrainedNetwork } from '../export/trained.js'

/** How a browser writes an ONNX model. */
export interface BrowserOnnxOptions extends Omit<OnnxOptions, 'version'> {
  /** How kernels are stored; `float32` by default. `int8-qdq` is calibrated, in Node alone. */
  readonly precision?: 'float32' | 'float16' | 'uint8'
  /**
   * The page's own `onnxruntime-web`. With it, the model of 32-bit floats is run on the rows that the model
   * keeps and compared with the network. Without it nothing is compared, and the metadata say so.
   */
  readonly runtime?: OnnxRuntime
}

/** The bytes of an ONNX model of a trained network. Throws if `runtime` does not compute what the network does. */
export async function browserOnnx(
  trained: TrainedNetwork,
  { precision = 'float32', runtime, metadata, ...options }: BrowserOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const model = onnxModel(trained, {
    ...options,
    metadata: {
      ...(precision !== 'float32' && { 'sentei.precision': precision }),
      ...(!runtime && { 'sentei.unverified': 'this model was not compared with its network' }),
      ...metadata,
    },
  })
  const float32 = modelBytes(model)
  if (runtime) await verified(float32, trained, runtime)
  return precision === 'float32' ? float32 : modelBytes(withStoredKernels(model, precision))
}

async function verified(bytes: Uint8Array, trained: TrainedNetwork, runtime: OnnxRuntime): Promise<void> {
  const session = await sessionIn(runtime, bytes)
  try {
    await verifyIn(session, trained)
  } finally {
    await session.release()
  }
}
