import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../src/data/records.js'
import { csv, rejection } from './helpers.js'
import { idxFile, npyFile, readingPlace } from './readers/helpers.js'

const { at, read, prepare, write } = readingPlace()

describe('sequences that are already cut', () => {
  it('are rows of a CSV file, steps or channels first', async () => {
    write('cut.csv', 'a0,b0,a1,b1,a2,b2,y\n1,10,2,20,3,30,p\n4,40,5,50,6,60,q\n')
    const sequence = { steps: 3, channels: 2 }
    const data = await read({ file: 'cut.csv', target: 'y', sequence })
    expect([data.rows, ...data.shape]).toEqual([2, 3, 2])
    expect([...data.inputs.subarray(0, 6)]).toEqual([1, 10, 2, 20, 3, 30])
    expect(data.features).toEqual(['channel 0', 'channel 1'])
    write('cut.csv', 'a0,a1,a2,b0,b1,b2,y\n1,2,3,10,20,30,p\n4,5,6,40,50,60,q\n')
    const first = await read({ file: 'cut.csv', target: 'y', sequence, layout: 'channels-first' })
    expect(first.inputs).toEqual(data.inputs)
    write('new.csv', 'b0,b1,b2,a0,a1,a2\n10,20,30,1,2,3\n')
    expect([...(await encodeRecords(first.encoding, at('new.csv'))).inputs]).toEqual([1, 10, 2, 20, 3, 30])
  })

  it('fill missing steps by channel, and are no windows: any split is theirs', async () => {
    write(
      'cut.csv',
      csv('a0,b0,a1,b1,y', 40, (i) => [i, 100 + i, i === 0 ? '' : i, 100 + i, i / 7]),
    )
    const options = { file: 'cut.csv', target: 'y', sequence: { steps: 2, channels: 2 }, missing: 'mean' }
    const { dataset, scaler, splits } = await prepare(options)
    expect(dataset.task.kind).toBe('regression')
    expect(scaler.fill).toHaveLength(2)
    expect(scaler.input.mean[1]! - scaler.input.mean[0]!).toBeCloseTo(100, 0)
    expect(splits.train).toHaveLength(24)
    const records = await encodeRecords(dataset.encoding, at('cut.csv'))
    expect(records.inputs[2]).toBeNaN()
  })

  it('have a file for each channel, and targets in another', async () => {
    write('T1.txt', '1\t2\t3\n4\t5\t6\n')
    write('T2.txt', '10\t20\t30\n40\t50\t60\n')
    write('profile.txt', '3\t0\n20\t1\n')
    const options = { delimiter: '\t', header: false, targetFile: 'profile.txt', target: 0 }
    const data = await read({ channels: { T1: 'T1.txt', T2: 'T2.txt' }, ...options })
    expect([data.rows, ...data.shape]).toEqual([2, 3, 2])
    expect([...data.inputs]).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60])
    expect(data.features).toEqual(['T1', 'T2'])
    expect(data.task).toEqual({ kind: 'classification', classes: ['3', '20'] })
    write('new/T1.txt', '7\t8\t9\n')
    write('new/T2.txt', '70\t80\t90\n')
    const records = await encodeRecords(data.encoding, at('new'))
    expect([...records.inputs]).toEqual([7, 70, 8, 80, 9, 90])
  })

  it('may be NumPy arrays, one a channel', async () => {
    write('a.npy', npyFile('|u1', [2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)))
    write('b.npy', npyFile('|u1', [2, 3], Uint8Array.of(10, 20, 30, 40, 50, 60)))
    write('y.npy', npyFile('|u1', [2], Uint8Array.of(0, 1)))
    const data = await read({ channels: { a: 'a.npy', b: 'b.npy' }, targetFile: 'y.npy' })
    expect([...data.inputs.subarray(0, 6)]).toEqual([1, 10, 2, 20, 3, 30])
    expect([data.encoding.kind, ...data.features]).toEqual(['sequences', 'a', 'b'])
  })

  it('must fit together', async () => {
    write('T1.csv', '1,2,3\n4,5,6\n')
    write('T2.csv', '1,2\n4,5\n')
    const channels = {
      channels: { a: 'T1.csv', b: 'T2.csv' },
      header: false,
      targetFile: 'T2.csv',
      target: 0,
    }
    expect(await rejection(read(channels))).toBe(
      'T2.csv: expected 2 rows of 3 steps as in T1.csv, got 2 rows of 2 steps',
    )
    write('cut.csv', 'a,b,c,y\n1,2,3,0\n4,5,6,1\n')
    const cut = { file: 'cut.csv', target: 'y' }
    expect(await rejection(read({ ...cut, sequence: { steps: 2 } }))).toBe(
      'config.data.sequence: expected 2×1 = 2 columns in cut.csv, got 3',
    )
    expect(await rejection(read({ ...cut, kind: 'sequences' }))).toBe(
      'config.data.sequence: expected steps and channels of the sequences, got nothing',
    )
    expect(await rejection(read({ ...cut, kind: 'images' }))).toBe(
      'config.data.image: expected height, width and channels of the images, got nothing',
    )
    write('cut.csv', 'a,b,y\n1,u,0\n4,v,1\n')
    expect(await rejection(read({ ...cut, sequence: { steps: 2 } }))).toBe(
      'cut.csv, column "b": expected numbers in sequences, got text',
    )
  })
})

describe('several files', () => {
  it('are read one after another, and errors name the one', async () => {
    write('one.csv', 'a,y\n1,0.5\n2,1\n')
    write('two.csv', 'a,y\n3,1.5\n4,x\n')
    const files = { file: ['one.csv', 'two.csv'], target: 'y', task: 'regression' }
    expect(await rejection(read(files))).toMatch(/^two\.csv line 3, column "y": expected a number, got "x"/)
    write('two.csv', 'a,y\n3,1.5\n4,2\n')
    const data = await read(files)
    expect([data.name, ...data.inputs]).toEqual(['one.csv, two.csv', 1, 2, 3, 4])
    write('two.csv', 'b,y\n3,1.5\n')
    expect(await rejection(read(files))).toBe(
      'two.csv: expected columns a, y as in one.csv, got columns b, y',
    )
  })

  it('keep targets apart from inputs', async () => {
    write('x.csv', 'a,b\n1,2\n3,4\n')
    write('y.csv', 'who,a\np,0.5\nq,1.5\n')
    const data = await read(
      { file: 'x.csv', targetFile: 'y.csv', target: 'a' },
      { by: 'group', column: 'who' },
    )
    expect([...data.inputs, ...data.targets]).toEqual([1, 2, 3, 4, 0.5, 1.5])
    expect(data.keys).toEqual(['p', 'q'])
    write('new.csv', 'b,a\n2,1\n')
    expect([...(await encodeRecords(data.encoding, at('new.csv'))).inputs]).toEqual([1, 2])
    expect(await rejection(read({ file: 'x.csv', targetFile: 'y.csv' }))).toBe(
      'config.data.target: expected one of the columns of y.csv (who, a), got nothing',
    )
    write('y.csv', '0.5\n1.5\n')
    const bare = await read({ file: 'x.csv', targetFile: 'y.csv', targetHeader: false })
    expect([...bare.targets]).toEqual([0.5, 1.5])
    expect(await rejection(read({ file: 'x.csv', targetFile: 'y.csv' }))).toBe(
      'y.csv: expected 2 rows as in x.csv, got 1',
    )
  })

  it('need a format where the name does not tell, and a target where the format holds none', async () => {
    write('table.xyz', 'a,y\n1,0\n2,1\n')
    expect(await rejection(read({ file: 'table.xyz', target: 'y' }))).toBe(
      'config.data.format: expected the format of table.xyz, whose name does not tell, got nothing',
    )
    expect(await rejection(read({ file: 'photos', target: 'y' }))).toMatch(
      /^config\.data\.file: expected a file or a folder, got .*photos: there is none$/,
    )
    expect((await read({ file: 'table.xyz', target: 'y', format: 'csv' })).rows).toBe(2)
    expect(await rejection(read({ file: 'table.xyz', format: 'csv' }))).toBe(
      'config.data.target: expected the column to predict, got nothing',
    )
  })
})

describe('options of another format', () => {
  it.each([
    [{ file: 'a.parquet', delimiter: ';' }, 'config.data.delimiter: only for format csv, got parquet'],
    [{ file: 'a.npy', resize: 'crop' }, 'config.data.resize: only for format image-folder, got npy'],
    [{ file: 'a.csv', labelBytes: 2 }, 'config.data.labelBytes: only for format records, got csv'],
    [
      { file: 'a.bin', format: 'cifar-10', layout: 'channels-last' },
      'config.data.layout: only for format csv, parquet, idx, npy, records, got cifar-10',
    ],
  ])('are refused: %o', async (data, expected) => {
    expect(await rejection(read(data))).toBe(expected)
  })

  it('may be those of the file of targets', async () => {
    write('x.npy', npyFile('|u1', [2, 1], Uint8Array.of(0, 1)))
    write('y.csv', 'a;b\n1;2\n3;4\n')
    const { targets } = await read({
      file: 'x.npy',
      targetFile: 'y.csv',
      delimiter: ';',
      target: 'b',
      task: 'regression',
    })
    expect([...targets]).toEqual([2, 4])
  })
})

describe('data.test', () => {
  const rows = (n: number, from: number) =>
    csv('a,c,y', n, (i) => [from + i, `k${(from + i) % 3}`, (i % 5) / 2])
  const files = { file: 'train.csv', test: { file: 'test.csv' }, target: 'y', task: 'regression' }

  it('is the test split, and the shares divide the rest', async () => {
    write('train.csv', rows(80, 0))
    write('test.csv', rows(10, 100))
    const { dataset, splits } = await prepare(files)
    expect(dataset.rows).toBe(90)
    expect([...splits.test]).toEqual([80, 81, 82, 83, 84, 85, 86, 87, 88, 89])
    expect([splits.train.length, splits.arch.length, splits.validation.length]).toEqual([60, 0, 20])
    expect(Math.max(...splits.train, ...splits.validation)).toBeLessThan(80)
  })

  it('keeps rows that are in it out of the others', async () => {
    write('train.csv', rows(80, 0))
    write('test.csv', rows(10, 75))
    const { splits } = await prepare(files)
    expect(splits.test).toHaveLength(10)
    // k and a are the same in rows 75 to 79 of train and the first five of test.
    expect([...splits.train, ...splits.validation].filter((row) => row >= 75)).toEqual([])
    write('test.csv', rows(80, 0))
    expect(await rejection(prepare(files))).toBe(
      'config.data.test: expected rows in data.file that it has not, got none',
    )
  })

  it('goes with rows that are dropped, and with files of targets', async () => {
    write('train.csv', 'a,y\n,1\n2,2\n3,3\n4,4\n5,5\n6,6\n')
    write('test.csv', 'a,y\n7,1\n,2\n8,3\n')
    const dropped = await prepare({ ...files, missing: 'drop-row' })
    expect([...dropped.splits.test].map((row) => dropped.dataset.inputs[row])).toEqual([7, 8])
    write('x.idx', idxFile([8, 1], [0, 1, 2, 3, 4, 5, 6, 7]))
    write('y.idx', idxFile([8], [0, 1, 0, 1, 0, 1, 0, 1]))
    write('tx.idx', idxFile([2, 1], [8, 9]))
    write('ty.idx', idxFile([2], [1, 0]))
    const test = { file: 'tx.idx', targetFile: 'ty.idx' }
    const arrays = await prepare({ file: 'x.idx', targetFile: 'y.idx', test })
    expect([...arrays.splits.test]).toEqual([8, 9])
    expect([...arrays.dataset.targets.subarray(8)]).toEqual([1, 0])
  })

  it('is no part of a series', async () => {
    expect(await rejection(read({ ...files, task: undefined, window: 2 }))).toBe(
      'config.data.test: expected no file of its own (a series is split by time: put all into data.file), got one',
    )
  })
})

describe('data.limit', () => {
  it('draws rows by the seed alone', async () => {
    write(
      'a.csv',
      csv('a,y', 100, (i) => [i, i / 3]),
    )
    const limited = async (limit: number, split = {}) =>
      (await prepare({ file: 'a.csv', target: 'y', limit }, split)).dataset
    const some = await limited(20)
    expect(some.rows).toBe(20)
    expect([...some.inputs]).toEqual([...some.inputs].sort((a, b) => a - b))
    expect([...some.targets]).toEqual([...some.inputs].map((a) => a / 3))
    expect(await limited(20)).toEqual(some)
    expect((await limited(20, { seed: 9 })).hash).not.toBe(some.hash)
    expect((await limited(20, { seed: 9 })).inputs).not.toEqual(some.inputs)
    expect((await limited(100)).hash).toBe((await limited(200)).hash)
  })

  it('keeps the spans of windows and the rows of data.test', async () => {
    write(
      'a.csv',
      csv('a,y', 200, (i) => [Math.sin(i), i / 3]),
    )
    const series = await prepare({ file: 'a.csv', target: 'y', window: 4, limit: 50 })
    series.dataset.spans!.forEach(([from, to], row) => {
      expect(to - from).toBe(5)
      expect(series.dataset.targets[row]).toBe((to - 1) / 3)
    })
    write(
      'b.csv',
      csv('a,y', 100, (i) => [1000 + i, i / 3]),
    )
    const { dataset, splits } = await prepare({
      file: 'a.csv',
      target: 'y',
      test: { file: 'b.csv' },
      limit: 60,
    })
    const sides = Array.from(dataset.inputs, (a) => a >= 1000)
    expect([...splits.test].every((row) => sides[row])).toBe(true)
    expect(splits.test.length).toBe(sides.filter(Boolean).length)
    write('b.csv', 'a,y\n5,1\n')
    expect(await rejection(prepare({ file: 'a.csv', target: 'y', test: { file: 'b.csv' }, limit: 10 }))).toBe(
      'config.data.limit: expected rows of data.test among those drawn, got none; draw more',
    )
  })
})
