import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { idxFile, readingPlace } from './helpers.js'

const { at, read, write } = readingPlace()
const pixels = [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255, 7, 7, 7, 7, 7, 7]
const files = { file: 'images-idx3-ubyte.gz', targetFile: 'labels-idx1-ubyte.gz' }
write(files.file, gzipSync(idxFile([3, 2, 3], pixels)))
write(files.targetFile, gzipSync(idxFile([3], [5, 2, 5])))

describe('the IDX reader', () => {
  it('reads images of bytes and their labels, chosen by the names of the files', async () => {
    const data = await read(files)
    expect([data.rows, ...data.shape]).toEqual([3, 2, 3, 1])
    expect([...data.inputs]).toEqual(pixels)
    expect(data.task).toEqual({ kind: 'classification', classes: ['2', '5'] })
    expect([...data.targets]).toEqual([1, 0, 1])
    expect(data.encoding).toMatchObject({ kind: 'images', shape: [2, 3, 1], file: { format: 'idx' } })
  })

  it.each([
    ['signed bytes', 0x09, [0xff, 0x02], [-1, 2]],
    ['16 bits', 0x0b, [0xff, 0xfe, 0x01, 0x00], [-2, 256]],
    ['32 bits', 0x0c, [0xff, 0xff, 0xff, 0xfd, 0x00, 0x01, 0x00, 0x00], [-3, 65536]],
    ['float32', 0x0d, [0xbf, 0x80, 0, 0, 0x3f, 0, 0, 0], [-1, 0.5]],
    ['float64', 0x0e, [0xbf, 0xf0, 0, 0, 0, 0, 0, 0, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], [-1, 0.5]],
  ] as const)('reads big-endian %s', async (_, type, bytes, expected) => {
    write('x.idx', idxFile([2, 1], bytes, type))
    write('y.idx', idxFile([2], [0, 1]))
    const data = await read({ file: 'x.idx', targetFile: 'y.idx' })
    expect([...data.inputs]).toEqual(expected)
    expect(data.shape).toEqual([1])
    expect(data.features).toEqual(['feature 0'])
  })

  it('has a hash of the content of both files', async () => {
    const { hash } = await read(files)
    write('other-ubyte', idxFile([3, 2, 3], pixels.with(0, 9)))
    write('others-ubyte', idxFile([3], [2, 5, 5]))
    write('same-ubyte', idxFile([3, 2, 3], pixels))
    expect((await read({ ...files, file: 'same-ubyte' })).hash).toBe(hash)
    expect((await read({ ...files, file: 'other-ubyte' })).hash).not.toBe(hash)
    expect((await read({ ...files, targetFile: 'others-ubyte' })).hash).not.toBe(hash)
  })

  it('reads new images without labels, of the same size only', async () => {
    const { encoding, inputs } = await read(files)
    const records = await encodeRecords(encoding, at(files.file))
    expect(records).toMatchObject({ rows: 3, unit: 'row', places: [1, 2, 3] })
    expect(records.inputs).toEqual(inputs)
    write('wide-ubyte', idxFile([1, 2, 4], new Uint8Array(8)))
    expect(await rejection(encodeRecords(encoding, at('wide-ubyte')))).toBe(
      'wide-ubyte: expected rows of shape [2, 3, 1] as in training, got [2, 4, 1]',
    )
  })

  it('names the classes as told, and refuses labels beyond them', async () => {
    const classes = ['a', 'b', 'c', 'd', 'e', 'f']
    const data = await read({ ...files, classes })
    expect(data.task).toEqual({ kind: 'classification', classes })
    expect([...data.targets]).toEqual([5, 2, 5])
    expect(await rejection(read({ ...files, classes: classes.slice(0, 5) }))).toBe(
      'labels-idx1-ubyte.gz row 1, column "0": expected one of the 5 config.data.classes, or 0 to 4, got "5"',
    )
  })

  const whole = idxFile([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])
  it.each([
    [
      'a wrong magic number',
      Buffer.from('PNG.....'),
      'bad.idx: expected an IDX file (it begins with 0000, type, axes), got 504e472e',
    ],
    [
      'an unknown type',
      idxFile([1], [1], 0x0a),
      'bad.idx: expected an IDX file (it begins with 0000, type, axes), got 00000a01',
    ],
    [
      'an empty file',
      Buffer.alloc(0),
      'bad.idx: expected an IDX file (it begins with 0000, type, axes), got 0 bytes',
    ],
    ['too few bytes', whole.subarray(0, -1), 'bad.idx: expected 24 bytes for shape [2, 2, 2], got 23'],
    [
      'too many bytes',
      Buffer.concat([whole, Buffer.alloc(2)]),
      'bad.idx: expected 24 bytes for shape [2, 2, 2], got 26',
    ],
    ['no rows', idxFile([0, 2, 2], []), 'bad.idx: expected an array of rows, got shape [0, 2, 2]'],
  ])('refuses %s', async (_, bytes, expected) => {
    write('bad.idx', bytes)
    expect(await rejection(read({ file: 'bad.idx', targetFile: files.targetFile }))).toBe(expected)
  })

  it('refuses a truncated gzip, other numbers of labels, and no labels', async () => {
    write('cut-ubyte.gz', gzipSync(whole).subarray(0, 20))
    expect(await rejection(read({ ...files, file: 'cut-ubyte.gz' }))).toBe(
      `data: expected an IDX file, got "${at('cut-ubyte.gz')}" (unexpected end of file)`,
    )
    write('two-ubyte', idxFile([2], [1, 2]))
    expect(await rejection(read({ ...files, targetFile: 'two-ubyte' }))).toBe(
      'two-ubyte: expected 3 rows as in images-idx3-ubyte.gz, got 2',
    )
    expect(await rejection(read({ file: files.file }))).toBe(
      'images-idx3-ubyte.gz: expected a target for each row (images in a folder for each class, or config.data.targetFile), got none',
    )
  })
})
