import { basename } from 'node:path'
import { InputError } from '../../base/errors.js'
import { readBytes } from '../../base/data-file.js'
import { rowsOfArray, type NdArray } from './nd-array.js'
import type { Reader } from './types.js'

/** IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist): big-endian arrays of any number of axes. */
export const idx: Reader = {
  name: 'idx',
  description: 'the format of MNIST: one array of any number of axes',
  gives: 'arrays',
  options: ['image', 'sequence', 'layout'],
  takes: (path) => /(\.idx|[.-]idx\d-ubyte|-ubyte|\.idx\d)$/.test(path),
  read(path, options) {
    const array = parseIdx(basename(path), readBytes(path, 'data', 'an IDX file'))
    // By default, three axes are images; IDX has no sequences.
    const kind = options.kind ?? (array.shape.length === 3 ? 'images' : undefined)
    return rowsOfArray(array, { ...options, ...(kind && { kind }) })
  },
}

/** By the third byte of the magic number: the size of a value in bytes, and the function that reads it. */
const types: Readonly<Record<number, [number, (view: DataView, at: number) => number]>> = {
  0x08: [1, (view, at) => view.getUint8(at)],
  0x09: [1, (view, at) => view.getInt8(at)],
  0x0b: [2, (view, at) => view.getInt16(at)],
  0x0c: [4, (view, at) => view.getInt32(at)],
  0x0d: [4, (view, at) => view.getFloat32(at)],
  0x0e: [8, (view, at) => view.getFloat64(at)],
}

function parseIdx(name: string, bytes: Buffer): NdArray {
  const type = bytes[0] === 0 && bytes[1] === 0 ? types[bytes[2]!] : undefined
  const axes = bytes[3] ?? 0
  if (type === undefined || axes === 0) {
    const got = bytes.length < 4 ? `${bytes.length} bytes` : bytes.subarray(0, 4).toString('hex')
    throw new InputError(`${name}: expected an IDX file (it begins with 0000, type, axes), got ${got}`)
  }
  const start = 4 + 4 * axes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const shape = Array.from({ length: axes }, (_, i) => (bytes.length < start ? 0 : view.getUint32(4 + 4 * i)))
  const count = shape.reduce((product, n) => product * n, 1)
  const [size, at] = type
  if (bytes.length !== start + count * size) {
    const wanted = `${start + count * size} bytes for shape [${shape.join(', ')}]`
    throw new InputError(`${name}: expected ${wanted}, got ${bytes.length}`)
  }
  return { name, shape, at: (i) => at(view, start + i * size) }
}
