import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { currentDevice } from '../../../src/index.js'
import { relativeError } from './sentei.js'
import { sizeOf, type Operand } from '../reference/operand.js'
import { checkGuards } from './guard.js'

/** One operation on some numbers, and what the reference says. */
export interface Conformance<Inputs extends string, Results extends string> {
  readonly inputs: Readonly<Record<Inputs, Operand>>
  readonly want: Readonly<Record<Results, Operand>>
  run(tensors: Record<Inputs, tf.Tensor>): Record<Results, tf.Tensor>
  /** The largest relative error, ‖got − want‖ / ‖want‖; 1e-4 where left out. */
  readonly tolerance?: number
}

/**
 * Runs an operation on poisoned memory; expects the reference's numbers, untouched inputs and nothing left
 * behind. `between` is called after the inputs are made and before the kernels run.
 */
export async function conforms<Inputs extends string, Results extends string>(
  conformance: Conformance<Inputs, Results>,
  between?: (tensors: readonly tf.Tensor[]) => void,
): Promise<void> {
  const { inputs, want, tolerance = 1e-4 } = conformance
  const before = count()
  const tensors = mapValues(inputs, upload)
  for (const operand of Object.values<Operand>(want)) poison(operand.shape)
  between?.(Object.values(tensors))
  const results = conformance.run(tensors)
  for (const name of keysOf(want)) {
    const got = await results[name].data()
    expect(results[name].shape, `shape of ${name}`).toEqual(want[name].shape)
    expect(relativeError(got, want[name].values), `relative error of ${name}`).toBeLessThanOrEqual(tolerance)
  }
  for (const name of keysOf(inputs)) {
    const now = await tensors[name].data()
    if (inputs[name].values.some((value, i) => value !== now[i])) expect.fail(`input ${name} was written to`)
  }
  const device = currentDevice()
  if (device) checkGuards(device)
  tf.dispose([results, tensors])
  expect(count(), 'tensors and buffers alive').toEqual(before)
}

/**
 * A tensor of these numbers; beside our kernels with a guard behind it, so that reading on shows. Where something is
 * recorded, each replay copies the numbers once more.
 */
export function upload({ values, shape }: Operand): tf.Tensor {
  const device = currentDevice()
  if (device?.records) return tf.tidy(() => tf.clone(tf.tensor(Float32Array.from(values), [...shape])))
  if (!device) return tf.tensor(Float32Array.from(values), [...shape], 'float32')
  const tensor = tf.engine().makeTensorFromTensorInfo(device.output(shape))
  device.numbers(tensor).set(values)
  return tensor
}

/** Leaves freed blocks of NaN behind, in which allocators put outputs of this size: one for each tensor alive at once. */
function poison(shape: readonly number[]): void {
  const numbers = new Float32Array(sizeOf(shape)).fill(NaN)
  const blocks = Array.from({ length: 3 }, () => tf.tensor(numbers, [...shape]))
  tf.dispose(blocks)
}

const count = () => {
  const { numTensors, numDataBuffers } = tf.memory()
  return { numTensors, numDataBuffers, inBackend: tf.backend().numDataIds() }
}

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as Key[]

const mapValues = <Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  f: (from: From) => To,
) => Object.fromEntries(keysOf(record).map((key) => [key, f(record[key])])) as Record<Key, To>

/** Runs a kernel that adds its first result to `sum`, and returns the sum and what else there is. */
export function runAdding(
  sum: Operand,
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): tf.Tensor[] {
  const total = upload(sum)
  const others = runKernel<tf.Tensor | tf.Tensor[]>(name, { ...inputs, sum: total }, attrs)
  return [total, ...(Array.isArray(others) ? others : [others])]
}

/** Runs one kernel of the current backend. */
export const runKernel = <Result extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: object = {},
): Result => tf.engine().runKernel<Result>(name, inputs, attrs as tf.NamedAttrMap)
