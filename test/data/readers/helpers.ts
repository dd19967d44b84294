import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { resolveConfig } from '../../../src/config/load-config.js'
import { prepareData } from '../../../src/data/prepare.js'
import { readDataset } from '../../../src/data/read-dataset.js'
import { workplace } from '../helpers.js'

/** A temporary folder, and reading a configuration's data from it. */
export function readingPlace() {
  const { folder } = workplace()
  const at = (name: string) => join(folder, name)
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), content)
    return at(name)
  }
  const config = (data: object, split: object = {}) =>
    resolveConfig({ data, split, supernet: { space: 'none' } })
  return {
    folder,
    at,
    write,
    read: (data: object, split = {}) => readDataset(config(data, split), folder),
    prepare: (data: object, split = {}) => prepareData(config(data, split), folder),
  }
}

/** An IDX file of unsigned bytes, or of another type whose big-endian bytes are given. */
export function idxFile(shape: readonly number[], data: Uint8Array | readonly number[], type = 0x08): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length)
  head[2] = type
  head[3] = shape.length
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i))
  return Buffer.concat([head, Buffer.from(data)])
}

export interface NpyOptions {
  readonly version?: 1 | 2 | 3
  readonly fortran?: boolean
}

/** A NumPy file whose data bytes are given; its header is padded to 64 bytes as NumPy pads it. */
export function npyFile(
  descr: string,
  shape: readonly number[],
  data: ArrayBufferView,
  { version = 1, fortran = false }: NpyOptions = {},
): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]!},` : shape.join(', ')
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }`
  const start = version === 1 ? 10 : 12
  const text = header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1) + '\n'
  const head = Buffer.alloc(start)
  head.write('\x93NUMPY', 'latin1')
  head[6] = version
  if (version === 1) head.writeUInt16LE(text.length, 8)
  else head.writeUInt32LE(text.length, 8)
  return Buffer.concat([head, Buffer.from(text), Buffer.from(data.buffer, data.byteOffset, data.byteLength)])
}

type Pixel = (x: number, y: number) => readonly [number, number, number, number?]

function rgba(width: number, height: number, pixel: Pixel): Buffer {
  const data = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b, a = 255] = pixel(x, y)
      data.set([r, g, b, a], (y * width + x) * 4)
    }
  }
  return data
}

/** A PNG image of some pixels. */
export function pngFile(width: number, height: number, pixel: Pixel, options: object = {}): Buffer {
  const png = new PNG({ width, height })
  png.data = rgba(width, height, pixel)
  return PNG.sync.write(png, options)
}

/** A JPEG image with the EXIF tag that says how it was held, 1 to 8, in one of the orders of bytes. */
export function heldAs(jpeg: Buffer, orientation: number, order: 'II' | 'MM' = 'II'): Buffer {
  const little = order === 'II'
  const short = (value: number) => (little ? [value, 0] : [0, value])
  const long = (value: number) => (little ? [value, 0, 0, 0] : [0, 0, 0, value])
  // A directory of one entry: tag 0x112, one short.
  const tag = little ? [0x12, 0x01] : [0x01, 0x12]
  const entry = [...tag, ...short(3), ...long(1), ...short(orientation), 0, 0]
  const tiff = [...Buffer.from(order), ...short(42), ...long(8), ...short(1), ...entry, ...long(0)]
  const body = Buffer.from([...Buffer.from('Exif\0\0'), ...tiff])
  const head = Buffer.of(0xff, 0xe1, 0, body.length + 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

/** A JPEG image of some pixels, at the highest quality. */
export const jpegFile = (width: number, height: number, pixel: Pixel): Buffer =>
  jpeg.encode({ width, height, data: rgba(width, height, pixel) }, 100).data
