import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import type { Device } from '../../../src/device.js'
import { sizeOf } from '../reference/operand.js'

/** Bytes behind every area that nobody may write: a NaN that arithmetic does not make. */
const guardBytes = 64
const mark = 0x7fc0dead

interface Backend {
  readonly wasm: { _malloc(bytes: number): number }
  readonly dataIdMap: { has(id: object): boolean }
  makeOutput(shape: number[], dtype: 'float32', address: number): tf.TensorInfo
}

interface Guard {
  readonly end: number
  /** Is the area still the kernel's? */
  readonly alive: () => boolean
}

const guards = new WeakMap<Device, Guard[]>()

/**
 * From here on this device's outputs and scratch areas are NaN when a kernel gets them, with a guard
 * behind each: what a kernel leaves out, reads before it writes, or reads or writes behind the end, shows.
 * So does a kernel's argument that is missing.
 */
export function guardDevice(device: Device): void {
  if (guards.has(device)) return
  const list: Guard[] = []
  guards.set(device, list)
  const backend = tf.backend() as unknown as Backend
  const fill = (address: number, bytes: number, alive: () => boolean) => {
    new Uint32Array(device.memory.buffer, address, (bytes + guardBytes) / 4).fill(mark)
    list.push({ end: address + bytes, alive })
  }
  device.output = (shape) => {
    const bytes = sizeOf(shape) * 4
    const address = backend.wasm._malloc(bytes + guardBytes) >>> 0
    const output = backend.makeOutput([...shape], 'float32', address)
    fill(address, bytes, () => backend.dataIdMap.has(output.dataId))
    return output
  }
  const scratch = device.scratch.bind(device)
  const { kernels } = device
  const checked = Object.entries(kernels).map(([name, kernel]) => {
    const call = (...args: number[]): number => {
      // A missing argument is 0 here, but on a tape it is whatever comes next.
      if (args.length !== kernel.length)
        expect.fail(`${name} of ${args.length} arguments, not ${kernel.length}`)
      return kernel(...args)
    }
    return [name, call]
  })
  const counted = Object.fromEntries(checked) as Device['kernels']
  const given = () =>
    Reflect.get(Object.getPrototypeOf(device) as object, 'kernels', device) as Device['kernels']
  Object.defineProperty(device, 'kernels', { get: () => (device.records ? given() : counted) })
  let call = 0
  device.scratch = (...sizes) => {
    checkGuards(device)
    call += 1
    const during = call
    const areas = scratch(...sizes.map((bytes) => bytes + guardBytes))
    areas.forEach((address, i) => fill(address, sizes[i]!, () => during === call))
    return areas as { [K in keyof typeof sizes]: number }
  }
}

/** Expects that nobody wrote behind an area since the last check. */
export function checkGuards(device: Device): void {
  const list = guards.get(device)!
  for (const { end, alive } of list.splice(0)) {
    if (!alive()) continue
    const words = new Uint32Array(device.memory.buffer, end, guardBytes / 4)
    if (words.some((word) => word !== mark)) expect.fail(`a kernel wrote behind the end of its memory`)
  }
}
