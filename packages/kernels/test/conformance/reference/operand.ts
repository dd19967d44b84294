import { randomSource } from '../support/sentei.js'

/** An array in float64, of float32 values where a kernel is to get them. */
export interface Operand {
  readonly values: Float64Array
  readonly shape: readonly number[]
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
export const zeros = (shape: readonly number[]): Operand => ({
  values: new Float64Array(sizeOf(shape)),
  shape,
})

/** The sum of two operands of one shape. */
export const plus = (a: Operand, b: Operand): Operand => ({
  values: a.values.map((value, i) => value + b.values[i]!),
  shape: a.shape,
})

const random = randomSource(17)

/** Normal draws of a mean and a deviation, rounded to float32, the same for the same name. */
export function draw(name: string, shape: readonly number[], { mean = 0, deviation = 1 } = {}): Operand {
  const stream = random.stream('conformance', name)
  const value = () => Math.fround(mean + deviation * stream.normal())
  return { values: Float64Array.from({ length: sizeOf(shape) }, value), shape }
}

/** Whole numbers from low to high, of which many are equal. */
export function drawIntegers(name: string, shape: readonly number[], low: number, high: number): Operand {
  const stream = random.stream('conformance', name)
  const value = () => low + stream.integer(high - low + 1)
  return { values: Float64Array.from({ length: sizeOf(shape) }, value), shape }
}
