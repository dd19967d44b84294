import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { encodeRecords } from '../../src/data/records.js'
import { prepareData } from '../../src/data/prepare.js'
import { workplace } from './helpers.js'

const { folder, write, config } = workplace()

const prepare = (text: string, data: object) => {
  write(text, 'a.csv')
  const { data: usual, split, ...rest } = config({ target: 'y', ...data })
  return prepareData({ data: { ...usual, file: join(folder, 'a.csv') }, split, ...rest }, folder)
}

/** 40 rows of a number, a text and a target; two numbers are a dash, one target is -999. */
const text = (dash = '-') =>
  `a,b,y\n${Array.from({ length: 40 }, (_, i) => `${i === 3 || i === 5 ? dash : i + 0.5},${i % 2 ? 'u' : '-'},${i === 7 ? -999 : i * 1.5}`).join('\n')}\n`

test('words of a column are missing in it alone, numbers by their value, targets too', async () => {
  const missingValues = { a: ['-'], y: [-999] }
  const { dataset } = await prepare(text(' - '), { missing: 'median', missingValues })
  expect(dataset.cleaning).toEqual({ missing: { a: 2 }, leftOut: 1 })
  expect(dataset.features).toEqual(['a', 'b=-', 'b=u'])
  expect(dataset.inputs[3 * 3]).toBeNaN()
  expect(dataset.rows).toBe(39)
  write('b,a\nu,-\n-,2\n', 'new.csv')
  const { inputs } = await encodeRecords(dataset.encoding, join(folder, 'new.csv'))
  expect([...inputs]).toEqual([NaN, 0, 1, 2, 1, 0])
})

test('a list is of all columns', async () => {
  const { dataset } = await prepare(text(), { missing: 'median', missingValues: ['-', -999] })
  expect(dataset.cleaning).toEqual({ missing: { a: 2, b: 20 }, leftOut: 1 })
})

test('a word among numbers is refused with the key that takes it as missing', async () => {
  await expect(prepare(text(), {})).rejects.toThrow(
    'a.csv line 5, column "a": expected a number, got "-"; where that means a missing cell, set config.data.missingValues: {"a": ["-"]}',
  )
  await expect(prepare(text(), { missingValues: { c: ['-'] } })).rejects.toThrow(
    'config.data.missingValues: expected columns of a.csv, got "c"; its columns are a, b, y',
  )
})

test('numbers that stand for missing cells are warned of, but not a usual 999', async () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i % 10 === 3 ? -999 : i},${i % 10 === 4 ? 999 : 900 + 5 * i},${i * 1.5}`,
  )
  const report = (missingValues: object) =>
    prepare(`a,b,y\n${rows.join('\n')}\n`, { missing: 'mean', ...missingValues }).then(checkData)
  const warning =
    'column "a": 4 cells are -999, far from all others; if they mean missing cells, set data.missingValues: {a: [-999]}'
  const { warnings } = await report({})
  expect(warnings).toContain(warning)
  expect(warnings.filter((each) => each.includes('missingValues'))).toHaveLength(1)
  const repaired = await report({ missingValues: { a: [-999] } })
  expect(repaired.missing).toEqual({ a: 4 })
  expect(repaired.warnings).not.toContain(warning)
})
