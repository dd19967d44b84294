import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { readingPlace } from './helpers.js'

const { at, read, write } = readingPlace()

/** Records of CIFAR's size whose value at (channel, pixel) is given. */
const cifar = (labels: readonly (readonly number[])[], value: (channel: number, pixel: number) => number) =>
  Buffer.concat(
    labels.map((own) =>
      Buffer.from([...own, ...Array.from({ length: 3072 }, (_, i) => value(Math.floor(i / 1024), i % 1024))]),
    ),
  )
const colours = (channel: number, pixel: number) => (channel * 100 + pixel) % 256

describe('the CIFAR readers', () => {
  it('put the channels last, over several files, plain and gzip', async () => {
    write('batch_1.bin', cifar([[3], [0]], colours))
    write('batch_2.bin.gz', gzipSync(cifar([[9]], () => 7)))
    const data = await read({ format: 'cifar-10', file: ['batch_1.bin', 'batch_2.bin.gz'] })
    expect([data.rows, ...data.shape]).toEqual([3, 32, 32, 3])
    expect(data.features).toEqual(['red', 'green', 'blue'])
    // Pixel 5 of the second record: its red, green and blue.
    expect([...data.inputs.subarray(3072 + 15, 3072 + 18)]).toEqual([5, 105, 205])
    expect(new Set(data.inputs.subarray(2 * 3072))).toEqual(new Set([7]))
    expect(data.task).toEqual({ kind: 'classification', classes: ['airplane', 'cat', 'truck'] })
    expect([...data.targets]).toEqual([1, 0, 2])
  })

  it('take the coarse or the fine label of CIFAR-100', async () => {
    write(
      'train.bin',
      cifar(
        [
          [1, 50],
          [19, 99],
          [1, 51],
        ],
        colours,
      ),
    )
    const file = { format: 'cifar-100', file: 'train.bin' }
    expect((await read({ ...file, target: 'coarse' })).task).toMatchObject({ classes: ['1', '19'] })
    expect((await read({ ...file, target: 'fine' })).task).toMatchObject({ classes: ['50', '51', '99'] })
    expect(await rejection(read(file))).toBe(
      'config.data.target: expected one of the columns of train.bin (coarse, fine), got nothing',
    )
  })

  it('refuse labels out of range and other sizes', async () => {
    write('ten.bin', cifar([[3], [10]], colours))
    expect(await rejection(read({ format: 'cifar-10', file: 'ten.bin' }))).toBe(
      'ten.bin record 2, label: expected a label from 0 to 9, got 10',
    )
    write('cut.bin', cifar([[3], [1]], colours).subarray(0, -100))
    expect(await rejection(read({ format: 'cifar-10', file: 'cut.bin' }))).toBe(
      'cut.bin: expected records of 1 + 32×32×3 = 3073 bytes, got 6046 bytes: 1 records and 2973 bytes',
    )
    expect(await rejection(read({ file: 'cut.bin' }))).toBe(
      'config.data.image: expected height, width and channels of the images; or is config.data.format cifar-10 or cifar-100?',
    )
    expect(await rejection(read({ format: 'cifar10', file: 'cut.bin' }))).toMatch(
      /^config\.data\.format: expected one of csv, .+, got "cifar10"; did you mean "cifar-10"\?$/,
    )
  })
})

describe('the records reader', () => {
  const image = { height: 2, width: 2 }
  write('gray.bin', Buffer.from([1, 10, 20, 30, 40, 0, 50, 60, 70, 80]))

  it('reads gray images, with the names of their classes', async () => {
    write('classes.json', JSON.stringify({ classes: ['flat', 'rough'], files: [] }))
    const data = await read({ file: 'gray.bin', image, classes: 'classes.json' })
    expect([data.rows, ...data.shape]).toEqual([2, 2, 2, 1])
    expect([...data.inputs]).toEqual([10, 20, 30, 40, 50, 60, 70, 80])
    expect(data.task).toEqual({ kind: 'classification', classes: ['flat', 'rough'] })
    expect([...data.targets]).toEqual([1, 0])
    const records = await encodeRecords(data.encoding, at('gray.bin'))
    expect(records).toMatchObject({ rows: 2, unit: 'record', places: [1, 2] })
    expect(records.inputs).toEqual(data.inputs)
  })

  it('takes names a line, and a list', async () => {
    write('names.txt', 'flat\r\nrough\n\n')
    const classes = ['flat', 'rough']
    expect((await read({ file: 'gray.bin', image, classes: 'names.txt' })).task).toMatchObject({ classes })
    expect((await read({ file: 'gray.bin', image, classes })).task).toMatchObject({ classes })
  })

  it('refuses names that are none, and labels beyond them', async () => {
    write('bad.json', '{"classes": [1, 2]}')
    expect(await rejection(read({ file: 'gray.bin', image, classes: 'bad.json' }))).toBe(
      'bad.json: expected at least two names of classes (a JSON list, an object with "classes", or a name a line)',
    )
    expect(await rejection(read({ file: 'gray.bin', image, classes: 'none.txt' }))).toMatch(
      /^config\.data\.classes: expected names or a file of them, got ".*none\.txt"/,
    )
    write('seven.bin', Buffer.from([7, 1, 1, 1, 1, 0, 1, 2, 1, 1]))
    expect(await rejection(read({ file: 'seven.bin', image, classes: ['a', 'b'] }))).toBe(
      'seven.bin record 1, column "label 0": expected one of the 2 config.data.classes, or 0 to 1, got "7"',
    )
  })

  it('takes targets from a file of their own, for regression as well', async () => {
    write('bare.bin', Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]))
    write('sizes.csv', 'size\n0.5\n1.5\n')
    const data = await read({ file: 'bare.bin', image, labelBytes: 0, targetFile: 'sizes.csv' })
    expect(data.task).toEqual({ kind: 'regression', outputs: ['size'] })
    expect([...data.targets]).toEqual([0.5, 1.5])
  })

  it('reads interleaved colours, and planes', async () => {
    const record = [0, 1, 2, 3, 4, 5, 6]
    write('rgb.bin', Buffer.from([...record, ...record.with(0, 1)]))
    const rgb = { file: 'rgb.bin', image: { height: 1, width: 2, channels: 3 } }
    expect([...(await read(rgb)).inputs.subarray(0, 6)]).toEqual([1, 2, 3, 4, 5, 6])
    const planes = await read({ ...rgb, layout: 'channels-first' })
    expect([...planes.inputs.subarray(0, 6)]).toEqual([1, 3, 5, 2, 4, 6])
  })

  it('refuses an empty file, and what belongs to tables', async () => {
    write('empty.bin', '')
    expect(await rejection(read({ file: 'empty.bin', image }))).toBe(
      'empty.bin: expected records of 1 + 2×2×1 = 5 bytes, got 0 bytes',
    )
    expect(await rejection(read({ file: 'gray.bin', image, drop: ['a'] }))).toBe(
      'config.data.drop: expected a table with columns, got gray.bin (images)',
    )
  })
})
