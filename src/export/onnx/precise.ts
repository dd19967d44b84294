import type { Precision } from '../precision/names.js'
import type { TrainedNetwork } from '../trained.js'
import { calibratedRanges } from './calibrate.js'
import { withQdq } from './qdq.js'
import { withStoredKernels } from './quantize.js'
import type { OnnxModel } from './types.js'

/** A model with its kernels in a precision, and for `int8-qdq` with activations quantized as well. */
export async function preciseModel(
  model: OnnxModel,
  precision: Precision,
  trained: TrainedNetwork,
): Promise<OnnxModel> {
  if (precision === 'float32') return model
  if (precision === 'int8-qdq') return withQdq(model, await calibratedRanges(model, trained))
  return withStoredKernels(model, precision)
}
