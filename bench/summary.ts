/** Mean and sample standard deviation. */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) }
}

/** `mean ± deviation`, each times `scale`. */
export function format(values: readonly number[], digits = 2, scale = 1): string {
  const { mean, deviation } = meanAndDeviation(values)
  return `${(mean * scale).toFixed(digits)} ± ${(deviation * scale).toFixed(digits)}`
}
