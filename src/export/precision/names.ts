/**
 * How a model's kernels are stored: `float16` and `uint8` are read back as 32-bit floats; `int8-qdq` also
 * computes in whole numbers, by operators that quantize and dequantize around convolutions and products.
 * Biases, norms and scales stay 32-bit floats.
 */
export type Precision = 'float32' | 'float16' | 'uint8' | 'int8-qdq'
