import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/wasm/training-kernels.js'

/**
 * Arithmetic on short vectors [M] and single numbers ([1], or a plain number), which are broadcast to every
 * member of a vector. Gates are such vectors: updating them takes a dozen operations on a few numbers each,
 * so that calling an operation costs far more than its work.
 */
export interface Vectors<V> {
  from(tensor: tf.Tensor1D): V
  to(vector: V): tf.Tensor1D
  of(values: readonly number[]): V
  add(a: V | number, b: V | number): V
  sub(a: V | number, b: V | number): V
  mul(a: V | number, b: V | number): V
  div(a: V | number, b: V | number): V
  minimum(a: V | number, b: V | number): V
  maximum(a: V | number, b: V | number): V
  /** 1 where a ≥ b, else 0. */
  atLeast(a: V | number, b: V | number): V
  sum(a: V): V
  /** The n-th largest of the members at the given places, counted from n = 1. */
  largest(a: V, n: number, places: readonly number[]): V
}

/** Arithmetic on tensors, wherever the backend keeps their numbers. Call it inside a tidy. */
export const tensorVectors: Vectors<tf.Tensor> = {
  from: (tensor) => tensor,
  to: (vector) => vector as tf.Tensor1D,
  of: (values) => tf.tensor1d([...values]),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  minimum: (a, b) => tf.minimum(a, b),
  maximum: (a, b) => tf.maximum(a, b),
  atLeast: (a, b) => tf.cast(tf.greaterEqual(a, b), 'float32'),
  sum: (a) => tf.sum(a),
  largest(a, n, places) {
    const chosen = places.length === a.size ? a : tf.gather(a, tf.tensor1d([...places], 'int32'))
    return tf.min(tf.topk(chosen, n).values)
  },
}

/**
 * Arithmetic on numbers in this program's memory. Its results equal those of our wasm kernels bit for bit.
 */
export const numberVectors: Vectors<Float32Array> = {
  from: (tensor) => tensor.dataSync<'float32'>(),
  to: (vector) => tf.tensor1d(vector),
  of: (values) => Float32Array.from(values),
  add: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  minimum: each((a, b) => Math.min(a, b)),
  maximum: each((a, b) => Math.max(a, b)),
  atLeast: each((a, b) => Number(a >= b)),
  sum: (a) => Float32Array.of(sumOf(a)),
  largest(a, n, places) {
    const rising = new Float32Array(places.length).map((_, i) => a[places[i]!]!).sort()
    return rising.subarray(rising.length - n, rising.length - n + 1)
  },
}

type Operand = Float32Array | number

/**
 * Makes a float32 operation that acts member by member. Computing two float32 numbers in float64 and rounding
 * the result gives the same bits.
 */
function each(operation: (a: number, b: number) => number): (a: Operand, b: Operand) => Float32Array {
  return (a, b) => {
    const [x, y] = [vectorOf(a), vectorOf(b)]
    const [stepX, stepY] = [Number(x.length > 1), Number(y.length > 1)]
    const result = new Float32Array(Math.max(x.length, y.length))
    for (let i = 0; i < result.length; i++) result[i] = operation(x[i * stepX]!, y[i * stepY]!)
    return result
  }
}

const vectorOf = (operand: Operand): Float32Array =>
  typeof operand === 'number' ? Float32Array.of(operand) : operand

const chunk = 2048

/**
 * The same as `sumOf` in assembly/reduce.ts: eight float32 sums side by side, added in float64 after each
 * chunk.
 */
function sumOf(values: Float32Array): number {
  let total = 0
  for (let from = 0; from < values.length; from += chunk) {
    const end = Math.min(values.length, from + chunk)
    const pairs = from + ((end - from) & ~7)
    const lanes = new Float32Array(8)
    for (let i = from; i < end; i++) lanes[i < pairs ? i & 7 : i & 3]! += values[i]!
    for (let lane = 0; lane < 4; lane++) total += Math.fround(lanes[lane]! + lanes[lane + 4]!)
  }
  return total
}

/**
 * Runs `act` with the arithmetic that suits the current backend. On wasm all numbers are directly accessible.
 */
export const onVectors = <Result>(act: <V>(vectors: Vectors<V>) => Result): Result =>
  currentDevice() ? act(numberVectors) : act(tensorVectors)
