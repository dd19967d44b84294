import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { tensorflowDevice } from '../../src/backend/devices/tensorflow.js'
import { packagePath } from '../../src/base/files.js'
import { deviceConforms } from './device-conformance.js'
import { toyDevice } from './toy-device.js'

describe('wasm with our kernels', () => {
  deviceConforms('wasm')
})

describe('a device without anything', () => {
  deviceConforms('cpu')
})

describe('a toy device in plain JavaScript', () => {
  deviceConforms('cpu', toyDevice)

  it('takes a hundred lines', () => {
    const lines = readFileSync(packagePath('test/backend/toy-device.ts'), 'utf8').split('\n')
    expect(lines.filter((line) => !/^\s*(\/?\*|$)/.test(line)).length).toBeLessThanOrEqual(100)
  })
})

it('TensorFlow’s own library has gradients of convolutions, but none with dilation', () => {
  const attrs = { strides: [1, 1], pad: 'same' as const, filterShape: [3, 3, 2, 2] }
  const has = (dilation: number) =>
    tensorflowDevice.has('Conv2DBackpropFilter', { ...attrs, dilations: [1, dilation] })
  expect([has(1), has(2), tensorflowDevice.has('Conv2DBackpropFilter')]).toEqual([true, false, true])
  expect(tensorflowDevice.has('SenteiCrop')).toBe(false)
})
