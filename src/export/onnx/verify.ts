import type { Verified } from '../agreement.js'
import type { TrainedNetwork } from '../trained.js'
import { verifyIn } from './in-session.js'
import { onnxSession } from './runtime.js'

/**
 * Runs an ONNX model with onnxruntime-web on the test rows (validation or training rows if there are none) and
 * compares it with the network. Throws if they differ, or if a label is not that of the largest probability,
 * and an InputError if onnxruntime-web is not installed.
 */
export async function verifyOnnx(
  bytes: Uint8Array,
  trained: TrainedNetwork,
  purpose = 'verifies an ONNX model',
): Promise<Verified> {
  const session = await onnxSession(bytes, purpose)
  try {
    return await verifyIn(session, trained)
  } finally {
    await session.release()
  }
}
