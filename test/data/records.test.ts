import { describe, expect, it } from 'vitest'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { encodeRecords } from '../../src/data/records.js'
import { bent, scale } from '../../src/data/scale.js'
import { csv, rejection, workplace } from './helpers.js'

const { config, read, write } = workplace()
const training = 'a,c,y\n1,red,0.1\n2,blue,0.2\n3,red,0.3\n'
const encodingOf = async (data: object, text = training) =>
  (await read(text, { target: 'y', ...data })).encoding
const records = (text: string) => write(text, 'new.csv')

describe('encodeRecords', () => {
  it('gives the training inputs back', async () => {
    const data = await read(training, { target: 'y' })
    const { rows, inputs, places } = await encodeRecords(data.encoding, records(training))
    expect(rows).toBe(3)
    expect(inputs).toEqual(data.inputs)
    expect(places).toEqual([2, 3, 4])
  })

  it('finds columns by name, in any order, target or not', async () => {
    const { inputs } = await encodeRecords(await encodingOf({}), records('c,more,a\nblue,x,7\n'))
    expect([...inputs]).toEqual([7, 1, 0])
  })

  it('gives, scaled, the very numbers that training saw', async () => {
    const text = csv('a,c,y', 50, (i) => [i % 7 === 2 ? '' : i / 3, i % 5 === 1 ? '' : `k${i % 4}`, i])
    const data = await read(text, { target: 'y', missing: 'mean' })
    const prepared = prepareDataset(data, config({ target: 'y' }).split, 1)
    const { inputs } = await encodeRecords(data.encoding, records(text))
    const { scaler } = prepared
    expect(bent(scale(inputs, scaler.input, scaler.fill), scaler)).toEqual(prepared.inputs)
  })

  it('survives JSON', async () => {
    const encoding = await encodingOf({})
    const copy = JSON.parse(JSON.stringify(encoding)) as typeof encoding
    expect((await encodeRecords(copy, records('a,c\n7,blue\n'))).inputs).toEqual(Float64Array.of(7, 1, 0))
  })

  it('leaves missing cells to be filled, and sets indicators', async () => {
    const encoding = await encodingOf({ missing: 'indicator' }, 'a,c,y\n1,red,0.1\n,blue,0.2\n3,red,0.3\n')
    const { inputs } = await encodeRecords(encoding, records('a,c\nNA,\n5,blue\n'))
    expect([...inputs]).toEqual([NaN, 1, NaN, NaN, 5, 0, 1, 0])
  })

  it('refuses unseen categories, missing columns, and cells that nothing fills', async () => {
    const fail = async (text: string, data = {}) =>
      rejection(encodeRecords(await encodingOf(data), records(text)))
    expect(await fail('a,c\n1,red\n2,green\n')).toBe(
      'new.csv line 3, column "c": expected one of blue, red, got "green"',
    )
    const remedy = '; a model of config.data.missing: indicator or median fills absent columns'
    expect(await fail('a,b\n1,2\n')).toBe(`new.csv: expected the column "c", got a, b${remedy}`)
    expect(await fail('x\n1\n')).toBe(`new.csv: expected the columns "a", "c", got x${remedy}`)
    expect(await fail('a,b\n1,2\n', { missing: 'mean' })).toBe('new.csv: expected the column "c", got a, b')
    expect(await fail('a,c\n,red\n')).toMatch(
      /^new\.csv line 2, column "a": expected a value, got an empty cell/,
    )
    expect(await fail('a,c\n,red\n', { missing: 'drop-row' })).toMatch(
      /^new\.csv line 2, column "a": expected a value/,
    )
    expect(await fail('a,c\nx,red\n')).toMatch(/^new\.csv line 2, column "a": expected a number, got "x"/)
  })

  it('lists only the first of many categories', async () => {
    const encoding = await encodingOf(
      {},
      csv('c,y', 40, (i) => [`k${i % 20}`, i / 3]),
    )
    expect(await rejection(encodeRecords(encoding, records('c\nz\n')))).toMatch(
      /expected one of k0, k1, .+, …, got "z"$/,
    )
  })

  it('tells columns without names by their number', async () => {
    const encoding = (await read('9,1,2,p\n9,3,4,q\n', { target: -1, header: false, drop: ['0'] })).encoding
    for (const text of ['0,5,6,p\n', '0,5,6\n', '5,6\n']) {
      expect([...(await encodeRecords(encoding, records(text))).inputs]).toEqual([5, 6])
    }
    expect(await rejection(encodeRecords(encoding, records('1\n')))).toBe(
      'new.csv: expected 4 or 3 or 2 columns, got 1',
    )
  })

  it('gives each window of a series, to its very end', async () => {
    const encoding = await encodingOf(
      { window: 2, horizon: 1 },
      csv('a,y', 5, (i) => [i, 10 * i]),
    )
    const { rows, inputs, places } = await encodeRecords(encoding, records('a,y\n1,2\n3,4\n5,6\n'))
    expect(rows).toBe(2)
    expect([...inputs]).toEqual([1, 2, 3, 4, 3, 4, 5, 6])
    expect(places).toEqual([3, 4])
    expect(await rejection(encodeRecords(encoding, records('a,y\n1,2\n')))).toBe(
      'new.csv: expected at least 2 rows, one window, got 1',
    )
  })

  it('reads commas and a header where the encoding does not say', async () => {
    const { kind, columns, missing } = await encodingOf({})
    expect((await encodeRecords({ kind, columns, missing }, records('a,c\n7,blue\n'))).rows).toBe(1)
  })
})
