import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { Operand, Vectors } from '../backend/vectors.js'

export type { Operand, Vectors }

/** An operand at present. */
const now = <V>(operand: Operand<V>): V | number =>
  typeof operand === 'function' ? (operand as () => number)() : operand

/** Arithmetic on tensors, wherever the backend keeps their numbers. Call it inside a tidy. */
export const tensorVectors: Vectors<tf.Tensor> = {
  from: (tensor) => tensor,
  to: (vector) => vector as tf.Tensor1D,
  put: (_, vector) => vector as tf.Tensor1D,
  of: (values) => tf.tensor1d([...values]),
  add: (a, b) => tf.add(now(a), now(b)),
  sub: (a, b) => tf.sub(now(a), now(b)),
  mul: (a, b) => tf.mul(now(a), now(b)),
  div: (a, b) => tf.div(now(a), now(b)),
  minimum: (a, b) => tf.minimum(now(a), now(b)),
  maximum: (a, b) => tf.maximum(now(a), now(b)),
  atLeast: (a, b) => tf.cast(tf.greaterEqual(now(a), now(b)), 'float32'),
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
  // The view is copied, because the memory may grow before the numbers are read.
  from: (tensor) => currentDevice().numbers?.(tensor).slice() ?? tensor.dataSync<'float32'>(),
  to: (vector) => tf.tensor1d(vector),
  put(into, vector) {
    const device = currentDevice()
    if (!into || !device.numbers || !device.owns(into)) return tf.tensor1d(vector)
    device.numbers(into).set(vector)
    return into
  },
  of: (values) => Float32Array.from(values),
  add: (a, b) => filled(a, b, added),
  sub: (a, b) => filled(a, b, subtracted),
  mul: (a, b) => filled(a, b, multiplied),
  div: (a, b) => filled(a, b, divided),
  minimum: (a, b) => filled(a, b, lesser),
  maximum: (a, b) => filled(a, b, greater),
  atLeast: (a, b) => filled(a, b, reached),
  sum: (a) => Float32Array.of(sumOf(a)),
  largest: (a, n, places) => Float32Array.of(largestOf(a, n, places)),
}

/** The n-th largest of the numbers at some places. */
function largestOf(values: Float32Array, n: number, places: readonly number[]): number {
  // The n largest so far, in falling order. Inserting one value at a time is faster than sorting, because n
  // is mostly 1 or 2.
  const highest = new Float64Array(n).fill(-Infinity)
  for (const place of places) {
    const value = values[place]!
    if (!(value > highest[n - 1]!)) continue
    let at = n - 1
    for (; at > 0 && value > highest[at - 1]!; at--) highest[at] = highest[at - 1]!
    highest[at] = value
  }
  return highest[n - 1]!
}

/** An operand as at least n numbers: the vector itself, or a single number repeated n times. */
function spread(operand: Float32Array | number, n: number, side: 0 | 1): Float32Array {
  if (typeof operand !== 'number' && operand.length === n) return operand
  if (spare[side].length < n) spare[side] = new Float32Array(2 * n)
  return spare[side].fill(typeof operand === 'number' ? operand : operand[0]!, 0, n)
}

/**
 * One array for each side, used again and again within this file. Most vectors are short, so that making an
 * array costs more than computing with it.
 */
const spare: [Float32Array, Float32Array] = [new Float32Array(64), new Float32Array(64)]

const lengthOf = (operand: Float32Array | number): number =>
  typeof operand === 'number' ? 1 : operand.length

/**
 * Calls a loop with the numbers of both operands and of the result. Every operation has a loop of its own, so
 * that the JavaScript engine compiles each one separately.
 */
function filled(first: Operand<Float32Array>, second: Operand<Float32Array>, loop: Loop): Float32Array {
  const [a, b] = [now(first), now(second)]
  const n = Math.max(lengthOf(a), lengthOf(b))
  const result = new Float32Array(n)
  loop(spread(a, n, 0), spread(b, n, 1), result)
  return result
}

type Loop = (x: Float32Array, y: Float32Array, into: Float32Array) => void
// Computing two float32 numbers in float64 and rounding the result gives the bits of a float32 operation.
const added: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = x[i]! + y[i]!
}
const subtracted: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = x[i]! - y[i]!
}
const multiplied: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = x[i]! * y[i]!
}
const divided: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = x[i]! / y[i]!
}
const lesser: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = Math.min(x[i]!, y[i]!)
}
const greater: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = Math.max(x[i]!, y[i]!)
}
const reached: Loop = (x, y, into) => {
  for (let i = 0; i < into.length; i++) into[i] = Number(x[i]! >= y[i]!)
}

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

/** Runs `act` with the arithmetic that suits the current device: on numbers, where they are accessible. */
export const onVectors = <Result>(act: <V>(vectors: Vectors<V>) => Result): Result =>
  currentDevice().numbers ? act(numberVectors) : act(tensorVectors)
