import { sizeOf, zeros, type Operand } from './operand.js'

export interface Transposes {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** a [.., M, K] · b [.., K, N], each transposed where asked, and the gradients of ⟨dy, y⟩ with dy [.., M, N]. */
export function matMul(a: Operand, b: Operand, dy: Operand, { transposeA, transposeB }: Transposes) {
  const [m, n] = dy.shape.slice(-2) as [number, number]
  const k = transposeA ? a.shape.at(-2)! : a.shape.at(-1)!
  const [y, da, db] = [zeros(dy.shape), zeros(a.shape), zeros(b.shape)]
  for (let batch = 0; batch < sizeOf(dy.shape.slice(0, -2)); batch++)
    for (let i = 0; i < m; i++)
      for (let l = 0; l < k; l++) {
        const atA = batch * m * k + (transposeA ? l * m + i : i * k + l)
        for (let j = 0; j < n; j++) {
          const atB = batch * k * n + (transposeB ? j * k + l : l * n + j)
          const at = (batch * m + i) * n + j
          y.values[at]! += a.values[atA]! * b.values[atB]!
          da.values[atA]! += dy.values[at]! * b.values[atB]!
          db.values[atB]! += dy.values[at]! * a.values[atA]!
        }
      }
  return { y, da, db }
}
