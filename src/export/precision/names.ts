import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'

/**
 * How a model's kernels are stored: `float16` and `uint8` are read back as 32-bit floats; `int8-qdq` also
 * computes in whole numbers, by operators that quantize and dequantize around convolutions and products.
 * Biases, norms and scales stay 32-bit floats.
 */
export type Precision = 'float32' | 'float16' | 'uint8' | 'int8-qdq'

/** The precisions of each format with weights. */
export const precisionsOf: Readonly<Record<string, readonly Precision[]>> = {
  layers: ['float32', 'float16', 'uint8'],
  onnx: ['float32', 'float16', 'uint8', 'int8-qdq'],
}

/** All precisions, for help and completion. */
export const precisions: readonly Precision[] = precisionsOf.onnx!

/** A text as a precision of a format. Throws an InputError that lists those that it has. */
export function precisionIn(format: string, wanted: string): Precision {
  const able = precisionsOf[format] ?? []
  const found = able.find((each) => each === wanted)
  if (found !== undefined) return found
  if (able.length === 0)
    throw new InputError(`--precision: expected --format layers or onnx beside it, got ${format}`)
  const elsewhere = Object.keys(precisionsOf).find((each) =>
    precisionsOf[each]!.some((one) => one === wanted),
  )
  const remedy = elsewhere === undefined ? didYouMean(wanted, able) : `; --format ${elsewhere} has it`
  throw new InputError(
    `--precision: expected one of ${able.join(', ')} for --format ${format}, got ${wanted}${remedy}`,
  )
}
