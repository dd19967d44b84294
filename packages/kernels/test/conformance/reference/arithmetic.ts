import { sizeOf, zeros, type Operand } from './operand.js'

/** An operation on two numbers, and its slopes in both. */
export interface Pair {
  readonly of: (a: number, b: number) => number
  readonly slopes: (a: number, b: number) => readonly [number, number]
}

/** Operations by the names that they have in TensorFlow.js. */
export const pairs = {
  add: { of: (a, b) => a + b, slopes: () => [1, 1] },
  sub: { of: (a, b) => a - b, slopes: () => [1, -1] },
  mul: { of: (a, b) => a * b, slopes: (a, b) => [b, a] },
  div: { of: (a, b) => a / b, slopes: (a, b) => [1 / b, -a / b ** 2] },
  minimum: { of: Math.min, slopes: (a, b) => [Number(a <= b), Number(b < a)] },
  maximum: { of: Math.max, slopes: (a, b) => [Number(a >= b), Number(b > a)] },
} satisfies Record<string, Pair>

/** Functions of each number, and their slopes. */
export const functions = {
  relu: { of: (x) => (x <= 0 ? 0 : x), slope: (x) => Number(x > 0) },
  relu6: { of: (x) => Math.min(x <= 0 ? 0 : x, 6), slope: (x) => Number(x > 0 && x <= 6) },
  neg: { of: (x) => -x, slope: () => -1 },
  square: { of: (x) => x * x, slope: (x) => 2 * x },
  abs: { of: Math.abs, slope: Math.sign },
  exp: { of: Math.exp, slope: Math.exp },
  sigmoid: { of: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
  elu: { of: (x) => (x >= 0 ? x : Math.expm1(x)), slope: (x) => (x >= 0 ? 1 : Math.exp(x)) },
  tanh: { of: Math.tanh, slope: (x) => 4 * sigmoid(2 * x) * sigmoid(-2 * x) },
} satisfies Record<string, { of: (x: number) => number; slope: (x: number) => number }>

export type FunctionName = keyof typeof functions

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** The shape of two that are broadcast. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  const [left, right] = [a, b].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape])
  return left!.map((size, axis) => (size === 1 ? right![axis]! : size))
}

/** For each number of a result, the place of an operand's number that it is made of. */
function places(shape: readonly number[], out: readonly number[]): Int32Array {
  const padded = [...Array<number>(out.length - shape.length).fill(1), ...shape]
  return Int32Array.from({ length: sizeOf(out) }, (_, i) => {
    let [rest, place, stride] = [i, 0, 1]
    for (let axis = out.length - 1; axis >= 0; axis--) {
      if (padded[axis]! > 1) place += (rest % out[axis]!) * stride
      stride *= padded[axis]!
      rest = Math.floor(rest / out[axis]!)
    }
    return place
  })
}

/** y = a ∘ b, and the gradients of ⟨dy, y⟩. */
export function combine({ of, slopes }: Pair, a: Operand, b: Operand, dy: Operand) {
  const [left, right] = [places(a.shape, dy.shape), places(b.shape, dy.shape)]
  const [y, da, db] = [zeros(dy.shape), zeros(a.shape), zeros(b.shape)]
  dy.values.forEach((upstream, i) => {
    const [p, q] = [a.values[left[i]!]!, b.values[right[i]!]!]
    y.values[i] = of(p, q)
    const [inA, inB] = slopes(p, q)
    da.values[left[i]!]! += inA * upstream
    db.values[right[i]!]! += inB * upstream
  })
  return { y, da, db }
}

/** y = f(x), and the gradient of ⟨dy, y⟩. */
export function transform(name: FunctionName, { values, shape }: Operand, dy: Operand) {
  const { of, slope } = functions[name]
  const dx = values.map((x, i) => slope(x) * dy.values[i]!)
  return { y: { values: values.map(of), shape }, dx: { values: dx, shape } }
}
