import { zeros, type Operand } from './operand.js'

/** softmax(x) over the last axis. */
export function softmax(x: Operand): Operand {
  const classes = x.shape.at(-1)!
  const y = zeros(x.shape)
  for (let from = 0; from < x.values.length; from += classes) {
    const row = x.values.subarray(from, from + classes)
    const highest = Math.max(...row)
    const powers = row.map((value) => Math.exp(value - highest))
    const total = powers.reduce((sum, power) => sum + power, 0)
    powers.forEach((power, c) => (y.values[from + c] = power / total))
  }
  return y
}

/** The gradient of ⟨dy, y⟩ for y = softmax(x). */
export function softmaxGradient(y: Operand, dy: Operand): Operand {
  const classes = y.shape.at(-1)!
  const values = y.values.map((share, i) => {
    const from = i - (i % classes)
    let mean = 0
    for (let c = 0; c < classes; c++) mean += y.values[from + c]! * dy.values[from + c]!
    return share * (dy.values[i]! - mean)
  })
  return { values, shape: y.shape }
}

/** The mean of −Σ p log softmax(x) over rows, and its gradient; terms with p = 0 are 0. */
export function crossEntropy(x: Operand, p: Operand): { loss: Operand; gradient: Operand } {
  const [rows, classes] = x.shape as [number, number]
  let total = 0
  for (let from = 0; from < x.values.length; from += classes) {
    const row = x.values.subarray(from, from + classes)
    const highest = Math.max(...row)
    const log = Math.log(row.reduce((sum, value) => sum + Math.exp(value - highest), 0))
    row.forEach((value, c) => {
      const share = p.values[from + c]!
      if (share !== 0) total += share * (log - (value - highest))
    })
  }
  const values = softmax(x).values.map((share, i) => (share - p.values[i]!) / rows)
  return { loss: { values: Float64Array.of(total / rows), shape: [] }, gradient: { values, shape: x.shape } }
}

/** A probability of 1 for each row's class. */
export function oneHot({ values }: Operand, classes: number): Operand {
  const p = zeros([values.length, classes])
  values.forEach((c, row) => (p.values[row * classes + c] = 1))
  return p
}

/** Losses of a difference, and their slopes. */
export const differences = {
  mse: { of: (d) => d * d, slope: (d) => 2 * d },
  mae: { of: Math.abs, slope: Math.sign },
  huber: {
    of: (d) => (Math.abs(d) <= 1 ? (d * d) / 2 : Math.abs(d) - 0.5),
    slope: (d) => Math.max(-1, Math.min(1, d)),
  },
} satisfies Record<string, { of: (d: number) => number; slope: (d: number) => number }>

/** The mean loss of x − target, and its gradient. */
export function difference(name: keyof typeof differences, x: Operand, target: Operand) {
  const { of, slope } = differences[name]
  const n = x.values.length
  const distances = x.values.map((value, i) => value - target.values[i]!)
  const total = distances.reduce((sum, d) => sum + of(d), 0)
  return {
    loss: { values: Float64Array.of(total / n), shape: [] },
    gradient: { values: distances.map((d) => slope(d) / n), shape: x.shape },
  }
}
