import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { currentDevice } from '../../src/index.js'
import type { Device } from '../../src/device.js'
import { draw, zeros } from './reference/operand.js'
import { conforms, upload } from './support/conforms.js'
import { start } from './support/subject.js'

beforeAll(() => start({ name: 'wasm', backend: 'wasm' }))

/** What the suite must catch, done on purpose. */
describe('the suite notices', () => {
  const x = draw('x', [5])
  const faulty = (fault: (device: Device, address: number, result: tf.Tensor) => void, want = zeros([5])) =>
    conforms({
      inputs: { x },
      want: { y: want },
      run(tensors) {
        const device = currentDevice()!
        const y = upload(zeros([5]))
        fault(device, device.pointer(y), tensors.x)
        return { y }
      },
    })

  it('nothing, where nothing is wrong', () => faulty(() => undefined))

  it('an output that was not written', () =>
    expect(
      conforms({
        inputs: { x },
        want: { y: x },
        run: () => ({ y: tf.engine().makeTensorFromTensorInfo(currentDevice()!.output([5])) }),
      }),
    ).rejects.toThrow('expected NaN'))

  it('a write behind an output', () =>
    expect(faulty((device, address) => device.write(address + 20, [0]))).rejects.toThrow('behind the end'))

  it('a write behind a scratch area', () =>
    expect(
      faulty((device) => {
        const [area] = device.scratch(12)
        device.write(area, [1, 2, 3, 4])
      }),
    ).rejects.toThrow('behind the end'))

  it('an argument that is missing', () =>
    expect(faulty((device, address) => device.kernels.clear(address))).rejects.toThrow(
      'clear of 1 arguments',
    ))

  it('a write into an input', () =>
    expect(faulty((device, _, input) => device.write(device.pointer(input), [0]))).rejects.toThrow(
      'input x was written to',
    ))

  it('a tensor left behind', () =>
    expect(faulty(() => tf.zeros([3]))).rejects.toThrow('tensors and buffers alive'))

  it('an error of 2e-4', () =>
    expect(
      faulty(() => undefined, { values: Float64Array.of(2e-4, 0, 0, 0, 0), shape: [5] }),
    ).rejects.toThrow('relative error'))

  it('a scratch area that nobody filled', () => {
    const [area] = currentDevice()!.scratch(64)
    expect([...new Float32Array(currentDevice()!.memory.buffer, area, 16)].every(Number.isNaN)).toBe(true)
  })
})
