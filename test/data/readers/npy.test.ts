import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { npyFile, readingPlace } from './helpers.js'

const { at, read, write } = readingPlace()
const files = { file: 'x.npy', targetFile: 'y.npy' }
const f8 = (...values: number[]) => Float64Array.from(values)
const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i)
write('y.npy', npyFile('<f8', [2], f8(0.5, 1.25)))

describe('the NPY reader', () => {
  it('reads a table and its targets', async () => {
    write('x.npy', npyFile('<f8', [2, 3], f8(1, 2, 3, 4, 5, 6.5)))
    const data = await read(files)
    expect([data.rows, ...data.shape]).toEqual([2, 3])
    expect([...data.inputs]).toEqual([1, 2, 3, 4, 5, 6.5])
    expect(data.task).toEqual({ kind: 'regression', outputs: ['0'] })
    expect([...data.targets]).toEqual([0.5, 1.25])
  })

  it.each([
    ['|b1', Uint8Array.of(0, 1), [0, 1]],
    ['|u1', Uint8Array.of(0, 255), [0, 255]],
    ['|i1', Int8Array.of(-1, 5), [-1, 5]],
    ['<u2', Uint16Array.of(1, 65535), [1, 65535]],
    ['<i2', Int16Array.of(-2, 3), [-2, 3]],
    ['>i2', Uint8Array.of(0xff, 0xfe, 0, 3), [-2, 3]],
    ['<u4', Uint32Array.of(1, 3e9), [1, 3e9]],
    ['<i4', Int32Array.of(-7, 8), [-7, 8]],
    ['<i8', BigInt64Array.of(-7n, 8n), [-7, 8]],
    ['<u8', BigUint64Array.of(7n, 8n), [7, 8]],
    ['<f4', Float32Array.of(-0.5, 8), [-0.5, 8]],
    ['>f4', Uint8Array.of(0xbf, 0, 0, 0, 0x41, 0, 0, 0), [-0.5, 8]],
  ])('reads %s', async (descr, bytes, expected) => {
    write('x.npy', npyFile(descr, [2, 1], bytes))
    expect([...(await read(files)).inputs]).toEqual(expected)
  })

  it.each([1, 2, 3] as const)('reads version %d, in C and in Fortran order', async (version) => {
    write('x.npy', npyFile('<f8', [2, 3, 2], upTo(12), { version }))
    const plain = await read(files)
    // Element [i, j, k] of a 2×3×2 array in Fortran order stands at i + 2j + 6k.
    const turned = [0, 1].flatMap((i) => [0, 1, 2].flatMap((j) => [0, 1].map((k) => i + 2 * j + 6 * k)))
    const data = Float64Array.from(turned.keys(), (at) => turned.indexOf(at))
    write('x.npy', npyFile('<f8', [2, 3, 2], data, { version, fortran: true }))
    const fortran = await read(files)
    expect(fortran.inputs).toEqual(plain.inputs)
    expect(fortran.hash).toBe(plain.hash)
  })

  it('tells sequences and images by the axes, the layout, or the kind', async () => {
    const shapeOf = async (shape: number[], more = {}) => {
      write('x.npy', npyFile('<f8', [2, ...shape], upTo(2 * shape.reduce((a, b) => a * b))))
      const { encoding, shape: got, inputs } = await read({ ...files, ...more })
      return [encoding.kind, got, [...inputs.subarray(0, 4)]]
    }
    expect(await shapeOf([3, 2])).toEqual(['sequences', [3, 2], [0, 1, 2, 3]])
    expect(await shapeOf([2, 3], { layout: 'channels-first' })).toEqual(['sequences', [3, 2], [0, 3, 1, 4]])
    expect(await shapeOf([3, 2], { kind: 'images' })).toEqual(['images', [3, 2, 1], [0, 1, 2, 3]])
    expect(await shapeOf([3, 2, 3])).toEqual(['images', [3, 2, 3], [0, 1, 2, 3]])
    expect(await shapeOf([3, 1, 2], { layout: 'channels-first' })).toEqual([
      'images',
      [1, 2, 3],
      [0, 2, 4, 1],
    ])
    expect(await shapeOf([6], { image: { height: 2, width: 3 } })).toEqual([
      'images',
      [2, 3, 1],
      [0, 1, 2, 3],
    ])
    expect(await shapeOf([6], { sequence: { steps: 3, channels: 2 }, layout: 'channels-first' })).toEqual([
      'sequences',
      [3, 2],
      [0, 3, 1, 4],
    ])
  })

  it('reads a long series to be cut into windows', async () => {
    write('x.npy', npyFile('<f8', [40, 2], upTo(80)))
    const data = await read({ file: 'x.npy', target: 1, window: 3 })
    expect(data.shape).toEqual([3, 2])
    expect([...data.inputs.subarray(0, 6), data.targets[0]]).toEqual([0, 1, 2, 3, 4, 5, 7])
    const records = await encodeRecords(data.encoding, at('x.npy'))
    expect([records.rows, records.places[0]]).toEqual([38, 3])
  })

  it('reads arrays of an archive', async () => {
    const whole = zipSync({
      'train.npy': [npyFile('<f8', [2, 1], f8(1, 2)), { level: 0 }],
      'labels.npy': npyFile('|u1', [2], Uint8Array.of(4, 9)),
    })
    write('d.npz', whole)
    const data = await read({ file: 'd.npz/train', targetFile: 'd.npz/labels.npy' })
    expect([...data.inputs]).toEqual([1, 2])
    expect(data.task).toMatchObject({ classes: ['4', '9'] })
    expect(await rejection(read({ file: 'd.npz', targetFile: 'y.npy' }))).toBe(
      'd.npz: expected one of its arrays after a slash (train, labels), got none',
    )
    expect(await rejection(read({ file: 'd.npz/test', targetFile: 'y.npy' }))).toBe(
      'd.npz: expected one of its arrays after a slash (train, labels), got "test"',
    )
    write('cut.npz', whole.subarray(0, 60))
    expect(await rejection(read({ file: 'cut.npz/train', targetFile: 'y.npy' }))).toMatch(
      /^cut\.npz: expected a NumPy archive, got an error: /,
    )
  })

  it('treats NaN as missing', async () => {
    write('x.npy', npyFile('<f8', [2, 2, 2], f8(1, 2, 3, NaN, 5, 6, 7, 8)))
    expect(await rejection(read(files))).toBe(
      'x.npy row 1, value 4: expected a number, got NaN; config.data.missing says what is done about missing values',
    )
    const filled = await read({ ...files, missing: 'mean' })
    expect(filled.inputs[3]).toBeNaN()
    expect(filled.cleaning).toEqual({ missing: { 'channel 1': 1 }, leftOut: 0 })
    const { encoding } = filled
    expect([...(await encodeRecords(encoding, at('x.npy'))).inputs]).toEqual([1, 2, 3, NaN, 5, 6, 7, 8])
    write('y4.npy', npyFile('<f8', [4], f8(0.5, 1.5, NaN, 2.5)))
    write('x4.npy', npyFile('<f8', [4, 1], f8(NaN, 1, 2, 3)))
    const dropped = await read({ file: 'x4.npy', targetFile: 'y4.npy', missing: 'drop-row' })
    expect([...dropped.inputs, ...dropped.targets]).toEqual([1, 3, 1.5, 2.5])
    expect(dropped.cleaning?.leftOut).toBe(2)
    expect(await rejection(read({ file: 'x4.npy', targetFile: 'y4.npy', missing: 'indicator' }))).toBe(
      'config.data.missing: expected another policy for arrays of numbers, got "indicator"',
    )
  })

  it('takes several outputs, by column', async () => {
    write('x.npy', npyFile('<f8', [3, 1], upTo(3)))
    write('two.npy', npyFile('<f8', [3, 2], f8(1, 10.5, 2, 20.5, 3, 30.5)))
    const both = await read({ file: 'x.npy', targetFile: 'two.npy', target: ['0', '1'], task: 'regression' })
    expect([...both.targets]).toEqual([1, 10.5, 2, 20.5, 3, 30.5])
    expect([...(await read({ file: 'x.npy', targetFile: 'two.npy', target: -1 })).targets]).toEqual([
      10.5, 20.5, 30.5,
    ])
  })

  const good = npyFile('<f8', [2, 1], f8(1, 2))
  it.each([
    [
      'other bytes',
      Buffer.from('x,y\n1,2\n,,,,,,,'),
      'x.npy: expected a NumPy file of version 1 to 3, got other bytes',
    ],
    [
      'a later version',
      Buffer.from(good).fill(4, 6, 7),
      'x.npy: expected a NumPy file of version 1 to 3, got version 4',
    ],
    ['objects', npyFile('|O', [2], f8(1, 2)), /^x\.npy: expected numbers \(b1, u1, .+\), got \|O$/],
    ['complex numbers', npyFile('<c16', [1], f8(1, 2)), /^x\.npy: expected numbers .+, got <c16$/],
    ['too few bytes', good.subarray(0, -4), 'x.npy: expected 16 bytes of <f8 for shape [2, 1], got 12'],
    [
      'too many axes',
      npyFile('<f8', [1, 1, 1, 1, 2], f8(1, 2)),
      /^x\.npy: expected rows of .+, got shape \[1, 1, 1, 1, 2\]$/,
    ],
    ['no axis', npyFile('<f8', [], f8(1)), /^x\.npy: expected .+/],
    [
      'infinity',
      npyFile('<f8', [2, 1], f8(1, Infinity)),
      'x.npy row 2, value 1: expected a number below 3.4e38 in size, got Infinity',
    ],
    [
      'a structured header',
      Buffer.from(good.toString('latin1').replace("'<f8'", "[('"), 'latin1'),
      /^x\.npy: expected a header with descr, fortran_order and shape, got /,
    ],
  ])('refuses %s', async (_, bytes, expected) => {
    write('x.npy', bytes)
    expect(await rejection(read(files))).toMatch(expected)
  })

  it('refuses another shape than the configuration gives', async () => {
    write('x.npy', npyFile('<f8', [2, 3, 3], upTo(18)))
    expect(await rejection(read({ ...files, image: { height: 4, width: 4 } }))).toBe(
      'config.data.image: expected 3×3×1, which x.npy holds, got 4×4×1',
    )
    expect(await rejection(read({ ...files, kind: 'table' }))).toBe(
      'x.npy: expected 2 axes for kind table, got shape [2, 3, 3]',
    )
    write('x.npy', npyFile('<f8', [2, 6], upTo(12)))
    expect(await rejection(read({ ...files, image: { height: 2, width: 2 } }))).toBe(
      'x.npy: expected 3 or 4 axes for kind images, or rows of 2×2×1 values, got shape [2, 6]',
    )
  })
})
