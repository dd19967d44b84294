import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { plainDevice } from './plain.js'
import { tensorflowDevice } from './tensorflow.js'
import { currentWasmDevice } from './wasm.js'

/** The device of each backend that has more than TensorFlow.js's operations; undefined while it has not. */
const devices = new Map<string, () => Device | undefined>([
  ['wasm', currentWasmDevice],
  ['tensorflow', () => tensorflowDevice],
])

const plain = new Map<string, Device>()

/** The device of TensorFlow.js's current backend. */
export function currentDevice(): Device {
  const backend = tf.getBackend()
  const device = devices.get(backend)?.()
  if (device) return device
  if (!plain.has(backend)) plain.set(backend, plainDevice(backend))
  return plain.get(backend)!
}

/** Gives a backend another device, until the returned function is called. */
export function installDevice(backend: string, device: Device): () => void {
  const before = devices.get(backend)
  devices.set(backend, () => device)
  return () => (before ? devices.set(backend, before) : devices.delete(backend))
}
