import { zeros, type Operand } from './operand.js'

const map = ({ values, shape }: Operand, f: (value: number, i: number) => number): Operand => ({
  values: values.map(f),
  shape,
})

/** dy where 0 < y < limit, else 0. */
export const reluGradient = (dy: Operand, y: Operand, limit = Infinity): Operand =>
  map(dy, (d, i) => (y.values[i]! > 0 && y.values[i]! < limit ? d : 0))

/** dy · f'(x) from the output y of tanh, elu or sigmoid. */
export const activationGradient = (of: 'tanh' | 'elu' | 'sigmoid', dy: Operand, y: Operand): Operand => {
  const slopes = {
    tanh: (v: number) => 1 - v * v,
    elu: (v: number) => (v > 0 ? 1 : 1 + v),
    sigmoid: (v: number) => v * (1 - v),
  }
  return map(dy, (d, i) => d * slopes[of](y.values[i]!))
}

export const tanh = (x: Operand): Operand => map(x, Math.tanh)

export const add = (a: Operand, b: Operand): Operand => map(a, (value, i) => value + b.values[i]!)

export const scale = (x: Operand, factor: number): Operand => map(x, (value) => value * factor)

/** Σ_m g[m] · x_m. */
export const weightedSum = (members: readonly Operand[], gates: Operand): Operand =>
  members.reduce((total, x, m) => add(total, scale(x, gates.values[m]!)), zeros(members[0]!.shape))

/** ⟨dy, x_m⟩ for each m. */
export const gateGradients = (members: readonly Operand[], dy: Operand): Operand => ({
  values: Float64Array.from(members, (x) =>
    x.values.reduce((sum, value, i) => sum + value * dy.values[i]!, 0),
  ),
  shape: [members.length],
})
