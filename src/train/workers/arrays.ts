import { currentDevice } from '../../backend/devices/index.js'
import type { Shape } from '../../nn/graph.js'
import type { ParameterStore } from '../../nn/parameter-store.js'
import { sizeOf } from '../../nn/primitives/types.js'
import { tensorOf } from '../numbers.js'

/** A float array that threads share. */
export const sharedFloats = (length: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))

/** Overwrites a parameter with a copy of some numbers; in place, where its own are accessible. */
export function overwriteParameter(store: ParameterStore, name: string, numbers: Float32Array): void {
  const tensor = store.get(name)
  const device = currentDevice()
  if (device.numbers) device.numbers(tensor).set(numbers)
  else store.set(name, tensorOf(numbers, tensor.shape))
}

/** Returns a function that takes the parts of a flat array one after another, each of a shape's size. */
export function takeParts(flat: Float32Array): (shape: Shape) => Float32Array {
  let at = 0
  return (shape) => {
    const part = flat.subarray(at, at + sizeOf(shape))
    at += part.length
    return part
  }
}
