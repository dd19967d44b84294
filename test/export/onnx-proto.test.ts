import { expect, test } from 'vitest'
import { metadataOf, modelBytes } from '../../src/export/onnx/proto.js'
import { missingTexts } from '../../src/export/onnx/missing.js'
import { isMissing } from '../../src/data/column.js'
import type { OnnxModel } from '../../src/export/onnx/types.js'

const empty: OnnxModel = {
  name: 'g',
  version: '1',
  about: 'a',
  nodes: [],
  initialisers: [],
  inputs: [],
  outputs: [],
  metadata: {},
}

/** Bytes as text: `08 09` are two. */
const hex = (text: string): number[] => text.split(/\s+/).map((byte) => parseInt(byte, 16))

test('a model is the message of onnx.proto, byte for byte by hand', () => {
  const header = '08 09 12 06 73 65 6e 74 65 69 1a 01 31 32 01 61'
  const operators = '42 02 10 13'
  expect([...modelBytes(empty)]).toEqual(hex(`${header} 3a 03 12 01 67 ${operators}`))
  const model: OnnxModel = {
    ...empty,
    nodes: [{ name: 'n', type: 'Op', inputs: ['x'], outputs: ['y'], attributes: { axis: -1 } }],
    initialisers: [{ name: 'c', type: 'float', dims: [1], values: [1] }],
    inputs: [{ name: 'x', type: 'string', dims: ['N', 2], about: '' }],
    metadata: { k: 'v' },
  }
  const attribute = '0a 04 61 78 69 73 18 ff ff ff ff ff ff ff ff ff 01 a0 01 02'
  const node = `0a 01 78 12 01 79 1a 01 6e 22 02 4f 70 2a 14 ${attribute}`
  const tensor = '08 01 10 01 42 01 63 4a 04 00 00 80 3f'
  const type = '0a 0d 08 08 12 09 0a 03 12 01 4e 0a 02 08 02'
  const input = `0a 01 78 12 0f ${type} 1a 00`
  const graph = `0a 23 ${node} 12 01 67 2a 0d ${tensor} 5a 16 ${input}`
  expect([...modelBytes(model)]).toEqual(hex(`${header} 3a 4f ${graph} ${operators} 72 06 0a 01 6b 12 01 76`))
})

test('metadata are read back from the bytes, in any language', () => {
  const metadata = { 'sentei.names': '["rot","grün"]', empty: '', 剪定: 'x'.repeat(300) }
  expect(metadataOf(modelBytes({ ...empty, metadata }))).toEqual(metadata)
  expect(() => metadataOf(Uint8Array.of(0xff, 0xff, 0xff))).toThrow()
})

test('integers and doubles are little-endian, and texts are stored as texts', () => {
  const initialisers = [
    { name: 'i', type: 'int64', dims: [1], values: [-2] },
    { name: 'd', type: 'double', dims: [1], values: [1] },
    { name: 's', type: 'string', dims: [2], values: ['a', ''] },
  ] as const
  const bytes = [...modelBytes({ ...empty, initialisers })].join(' ')
  expect(bytes).toContain('254 255 255 255 255 255 255 255')
  expect(bytes).toContain('0 0 0 0 0 0 240 63')
  expect(bytes).toContain([0x32, 1, 0x61, 0x32, 0].join(' '))
})

test('the spellings of a missing cell are those that the readers know', () => {
  expect(missingTexts.every(isMissing)).toBe(true)
  expect(new Set(missingTexts).size).toBe(missingTexts.length)
  // '', NA and N/A in 4, NaN in 8, ?, null in 16.
  expect(missingTexts.length).toBe(1 + 4 + 4 + 8 + 1 + 16)
})
