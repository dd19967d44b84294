type Numbers = Float64Array | Float32Array

/** The product of two vectors of some length that begin somewhere in two arrays. */
export function dotProduct(a: Numbers, fromA: number, b: Numbers, fromB: number, length: number): number {
  let [even, odd] = [0, 0]
  const last = length - 1
  let i = 0
  // Two sums do not wait for each other.
  for (; i < last; i += 2) {
    even += a[fromA + i]! * b[fromB + i]!
    odd += a[fromA + i + 1]! * b[fromB + i + 1]!
  }
  return even + odd + (i < length ? a[fromA + i]! * b[fromB + i]! : 0)
}

/**
 * The lower triangle L with L Lᵀ = A + λ, n × n row by row. Only the lower triangle of A is read, and λ must
 * make it positive definite.
 */
export function cholesky(a: Float64Array, n: number, lambda: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const rest = a[i * n + j]! - dotProduct(l, i * n, l, j * n, j)
      l[i * n + j] = i === j ? Math.sqrt(rest + lambda) : rest / l[j * n + j]!
    }
  return l
}

/** The solution z of L z = y. */
export function solveLower(l: Float64Array, y: Float64Array): Float64Array {
  const n = y.length
  const z = new Float64Array(n)
  for (let i = 0; i < n; i++) z[i] = (y[i]! - dotProduct(l, i * n, z, 0, i)) / l[i * n + i]!
  return z
}

/** The solution x of Lᵀ x = z. */
export function solveUpper(l: Float64Array, z: Float64Array): Float64Array {
  const n = z.length
  const x = z.slice()
  for (let i = n - 1; i >= 0; i--) {
    x[i]! /= l[i * n + i]!
    const value = x[i]!
    for (let j = 0; j < i; j++) x[j]! -= l[i * n + j]! * value
  }
  return x
}

/** L⁻¹, which is a lower triangle too, row by row. */
export function inverseOfLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const inverseRow = inverse.subarray(i * n, (i + 1) * n)
    // Row i of L⁻¹ is (eᵢ − Σₖ<ᵢ Lᵢₖ · row k) / Lᵢᵢ, so that all of it runs along rows.
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k]!
      const base = k * n
      for (let j = 0; j <= k; j++) inverseRow[j]! -= factor * inverse[base + j]!
    }
    inverseRow[i] = 1
    const pivot = l[i * n + i]!
    for (let j = 0; j <= i; j++) inverseRow[j]! /= pivot
  }
  return inverse
}
