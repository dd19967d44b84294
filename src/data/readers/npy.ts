import { basename } from 'node:path'
import { InputError } from '../../base/errors.js'
import { readBytes } from '../../base/data-file.js'
import { damageOf } from './damage.js'
import { rowsOfArray, type NdArray } from './nd-array.js'
import type { Reader } from './types.js'
import { zipMembers } from './zip.js'

/**
 * NumPy arrays (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), versions 1 to 3, in
 * C or Fortran order. An array in an archive is given by its name: `data.npz/x_train`.
 */
export const npy: Reader = {
  name: 'npy',
  description: 'a NumPy array, or one of an archive: data.npz/x_train',
  gives: 'arrays',
  options: ['image', 'sequence', 'layout'],
  takes: (path) => /\.npy$|\.npz(\/[^/]*)?$/.test(path),
  read(path, options) {
    const archive = /^(.*\.npz)(?:\/([^/]*))?$/i.exec(path)
    const name = archive ? `${basename(archive[1]!)}/${archive[2] ?? ''}` : basename(path)
    const bytes = archive ? readMember(archive[1]!, archive[2]) : readBytes(path, 'data', 'a NumPy file')
    return rowsOfArray(parseNpy(name, bytes), options)
  },
}

/** Unpacks one array of an archive. */
function readMember(path: string, wanted: string | undefined): Uint8Array {
  const bytes = readBytes(path, 'data', 'a NumPy archive')
  const archive = basename(path)
  try {
    const members = zipMembers(archive, bytes)
    const member = members.find(({ name }) => name === wanted || name === `${wanted}.npy`)
    if (member !== undefined) return member.read()
    const names = members.map(({ name }) => name.replace(/\.npy$/, ''))
    const got = wanted === undefined || wanted === '' ? 'none' : `"${wanted}"`
    throw new InputError(
      `${archive}: expected one of its arrays after a slash (${names.join(', ')}), got ${got}`,
    )
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${archive}: expected a NumPy archive, got an error: ${damageOf(error)}`)
  }
}

type Read = (view: DataView, at: number, little: boolean) => number | bigint
const types: Readonly<Record<string, readonly [size: number, read: Read]>> = {
  b1: [1, (view, at) => view.getUint8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u8: [8, (view, at, little) => view.getBigUint64(at, little)],
  i8: [8, (view, at, little) => view.getBigInt64(at, little)],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
}

const magic = '\x93NUMPY'

function parseNpy(name: string, bytes: Uint8Array): NdArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const begin = Buffer.from(bytes.subarray(0, 6)).toString('latin1')
  const version = bytes[6] ?? 0
  if (begin !== magic || version < 1 || version > 3 || bytes.length < 12) {
    throw new InputError(
      `${name}: expected a NumPy file of version 1 to 3, got ${begin === magic ? `version ${version}` : 'other bytes'}`,
    )
  }
  const start = version === 1 ? 10 : 12
  const end = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  const header = Buffer.from(bytes.subarray(start, end)).toString(version === 3 ? 'utf8' : 'latin1')
  const { descr, fortran, shape } = parseHeader(name, header)
  const type = types[descr.slice(1)]
  if (type === undefined) {
    const known = `numbers (${Object.keys(types).join(', ')})`
    throw new InputError(`${name}: expected ${known}, got ${descr}`)
  }
  const [size, read] = type
  const count = shape.reduce((product, n) => product * n, 1)
  if (bytes.length - end !== count * size) {
    const wanted = `${count * size} bytes of ${descr} for shape [${shape.join(', ')}]`
    throw new InputError(`${name}: expected ${wanted}, got ${Math.max(0, bytes.length - end)}`)
  }
  const place = fortran ? fortranOrder(shape) : (i: number) => i
  const little = !descr.startsWith('>')
  return { name, shape, at: (i) => read(view, end + place(i) * size, little) }
}

/** Parses the header, a Python literal: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`. */
function parseHeader(name: string, header: string): { descr: string; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1]
  if (descr === undefined || fortran === undefined || shape === undefined) {
    const got = JSON.stringify(header.trim().slice(0, 80))
    throw new InputError(`${name}: expected a header with descr, fortran_order and shape, got ${got}`)
  }
  const sizes = shape.split(',').filter((part) => part.trim() !== '')
  return { descr, fortran: fortran === 'True', shape: sizes.map((part) => parseInt(part, 10)) }
}

/**
 * Maps the index of a value in row-major order to its index in Fortran order, in which the first axis runs
 * fastest.
 */
function fortranOrder(shape: readonly number[]): (i: number) => number {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1))
  return (i) => {
    let at = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (i % shape[axis]!) * strides[axis]!
      i = Math.floor(i / shape[axis]!)
    }
    return at
  }
}
