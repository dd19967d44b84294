/** Converts logits to probabilities, row by row. */
export function softmax(logits: Float64Array, rows: number): Float64Array {
  const width = logits.length / rows
  const result = new Float64Array(logits.length)
  for (let row = 0; row < rows; row++) {
    const rowLogits = logits.subarray(row * width, (row + 1) * width)
    const top = Math.max(...rowLogits)
    const powers = [...rowLogits].map((z) => Math.exp(z - top))
    const sum = powers.reduce((a, b) => a + b, 0)
    result.set(
      powers.map((p) => p / sum),
      row * width,
    )
  }
  return result
}
