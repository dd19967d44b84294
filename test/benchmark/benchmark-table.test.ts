import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { benchmarkTable, type BenchmarkTableOptions } from '../../src/benchmark/benchmark-table.js'
import { growsBetter } from '../../src/benchmark/metric-column.js'
import { nasBench201Notation } from '../../src/supernet/notations/nas-bench-201.js'
import { macroNotation } from '../../src/supernet/notations/nas-bench-macro.js'
import { hasShared, sharedFile } from '../helpers/shared.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-tables-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A table out of its text, in a file of its own. */
function table(content: string | object, options: BenchmarkTableOptions = {}) {
  const file = join(folder, `table${count++}`)
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(file, count % 2 === 0 ? text : gzipSync(text))
  return benchmarkTable(file, options)
}

const csv = `index,arch,accuracy,test_loss,note
0,a=x; b=y,0.9,0.4,first
1,a=x; b=z,0.8,0.2,
2,a=w; b=y,0.9,,third
3,a=w; b=z,0.5,0.9,last
`

describe('the forms of a table', () => {
  it('reads CSV: numbers, texts, empty cells', () => {
    const found = table(csv)
    expect(found).toMatchObject({ column: 'arch', size: 4, metrics: ['accuracy', 'test_loss'] })
    // Spelling does not matter, only what is said.
    expect(found.lookup('a=w;b=y')).toEqual({
      architecture: 'a=w; b=y',
      row: { index: 2, accuracy: 0.9, test_loss: null, note: 'third' },
      matched: 'exact',
      isomorphic: [],
    })
    expect(found.lookup('a=v; b=y')).toBeUndefined()
  })

  it('reads a JSON object keyed by architecture, with rows or numbers', () => {
    const rows = table({
      'a=x': { runs: [0.7, 0.9], mean: 0.8, mean_std: 0.1 },
      'a=y': { runs: [0.5, 0.5], mean: 0.5, mean_std: 0 },
    })
    expect(rows).toMatchObject({ column: undefined, metrics: ['mean'] })
    expect(rows.lookup('a=x')!.row).toEqual({ runs: [0.7, 0.9], mean: 0.8, mean_std: 0.1 })
    const numbers = table({ 'a=x': 0.8, 'a=y': 0.9 })
    expect(numbers.best()).toEqual({
      architecture: 'a=y',
      row: { value: 0.9 },
      metric: 'value',
      value: 0.9,
      of: 2,
    })
  })

  it('reads a JSON array of rows, objects inside as columns', () => {
    const found = table([
      { cell: 'a=x', cifar10: { test: 93, valid: 90 } },
      { cell: 'a=y', cifar10: { test: 92, valid: 91 } },
    ])
    expect(found).toMatchObject({ column: 'cell', metrics: ['cifar10.test', 'cifar10.valid'] })
    expect(found.best('cifar10.valid').architecture).toBe('a=y')
  })

  it('takes the named column, the usual one, or the first that reads as architectures', () => {
    const two = 'name,first,second,score\n1,a=x,a=y,3\n2,a=y,a=x,4\n'
    expect(table(two).column).toBe('first')
    expect(table(two, { column: 'second' }).lookup('a=x')!.row).toMatchObject({ first: 'a=y', score: 4 })
    expect(table(two.replace('second', 'Genotype')).column).toBe('Genotype')
  })
})

describe('a rank', () => {
  it('counts what is better, and regret in the metric’s unit', () => {
    const found = table(csv)
    const tied = {
      metric: 'accuracy',
      higherIsBetter: true,
      value: 0.9,
      best: 0.9,
      regret: 0,
      rank: 1,
      of: 4,
    }
    expect(found.rank('a=x; b=y')).toEqual({ ...tied, percentile: 100 })
    expect(found.rank('a=w; b=y')).toEqual({ ...tied, percentile: 100 })
    const third = found.rank('a=x; b=z')!
    expect(third).toMatchObject({ rank: 3, percentile: 100 / 3 })
    expect(third.regret).toBeCloseTo(0.1, 12)
    expect(found.rank('a=w; b=z')).toMatchObject({ rank: 4, percentile: 0 })
  })

  it('of a loss is better when it is lower; rows without a value do not count', () => {
    const found = table(csv)
    expect(found.rank('a=x; b=y', 'test_loss')).toEqual({
      metric: 'test_loss',
      higherIsBetter: false,
      value: 0.4,
      best: 0.2,
      regret: 0.2,
      rank: 2,
      of: 3,
      percentile: 50,
    })
    expect(found.rank('a=w; b=y', 'test_loss')).toBeUndefined()
    expect(found.best('test_loss')).toMatchObject({ architecture: 'a=x; b=z', value: 0.2, of: 3 })
  })

  it('goes by the direction that is given', () => {
    const found = table(csv, { metric: 'test_loss', higherIsBetter: true })
    expect(found.best()).toMatchObject({ metric: 'test_loss', value: 0.9 })
    expect(found.rank('a=w; b=z')).toMatchObject({ rank: 1, higherIsBetter: true })
  })

  it.each([
    ['cifar10_test', true],
    ['mean_acc', true],
    ['f1', true],
    ['val_error', false],
    ['RMSE', false],
    ['params', false],
    ['latency_ms', false],
  ])('the name %s says that more is better: %s', (name, better) => {
    expect(growsBetter(name)).toBe(better)
  })
})

describe('isomorphic rows', () => {
  const direct = '|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|'
  const detour = '|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|'
  const withDead = '|avg_pool_3x3~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|'
  const other = '|none~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|'

  it('answer where the architecture itself is missing', () => {
    const found = table(`architecture,accuracy\n${other},0.7\n${detour},0.8\n${withDead},0.9\n`, {
      notation: nasBench201Notation,
    })
    const answer = found.lookup(direct)!
    expect(answer).toMatchObject({ architecture: detour, matched: 'isomorphic' })
    expect(answer.isomorphic).toEqual([{ architecture: withDead, row: { accuracy: 0.9 } }])
    expect(found.rank(direct)).toMatchObject({ rank: 2, of: 3 })
    expect(found.lookup(withDead)).toMatchObject({ matched: 'exact', isomorphic: [{ architecture: detour }] })
  })

  it('are none in a space that says nothing of them', () => {
    expect(table(csv).lookup('a=x; b=y')!.isomorphic).toEqual([])
  })
})

describe('a wrong table is refused', () => {
  it.each<[string, string | object, BenchmarkTableOptions, string]>([
    [
      'another column',
      csv,
      { column: 'archs' },
      'has no column archs; did you mean "arch"?; columns: index, arch,',
    ],
    [
      'another metric',
      csv,
      { metric: 'acuracy' },
      'has no metric acuracy; did you mean "accuracy"?; metrics: accuracy, test_loss',
    ],
    ['no architectures', 'x,y\n1,2\n', {}, 'no column of'],
    ['an unreadable one', 'arch,y\na=x,1\nb,2\n', {}, 'row 2: architecture: expected group=member'],
    [
      'one twice',
      'arch,y\na=x; b=y,1\na=x;b=y,2\n',
      {},
      'row 2: expected each architecture once, got that of row 1 again',
    ],
    ['no numbers', 'arch,y\na=x,good\n', {}, 'has no column of numbers to rank by'],
    ['half a JSON', '{"a=x": ', {}, 'not JSON'],
    ['text instead of rows', { 'a=x': 'good' }, {}, 'a=x: expected an object or a number, got "good"'],
    ['a column of a keyed table', { 'a=x': 1 }, { column: 'arch' }, 'expected nothing (table'],
    ['nothing', {}, {}, 'expected rows, got none'],
    ['an empty list', [], {}, 'expected rows, got none'],
    ['a list of numbers', [1], {}, 'row 1: expected an object, got 1'],
  ])('%s', (_, content, options, message) => {
    expect(() => table(content, options)).toThrow(message)
    expect(() => table(content, options)).toThrow(expect.objectContaining({ name: 'InputError' }))
  })

  it('a missing one', () => {
    expect(() => benchmarkTable('nothing.csv', { label: 'config.benchmark' })).toThrow(
      'config.benchmark: expected a CSV or JSON file, got "nothing.csv" (no such file)',
    )
  })
})

describe.skipIf(!hasShared('tables', 'nas-bench-201-12epochs.csv.gz'))(
  'the table of NAS-Bench-201 (shared/)',
  () => {
    const open = () =>
      benchmarkTable(sharedFile('tables', 'nas-bench-201-12epochs.csv.gz'), { notation: nasBench201Notation })

    it('holds every cell', () => {
      const found = open()
      expect(found.size).toBe(15625)
      expect(found.metrics).toHaveLength(6)
      const cell =
        '|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|'
      // The figures that the benchmark's authors print for this cell after 12 epochs.
      expect(found.lookup(cell)!.row).toMatchObject({ index: 1, cifar10_test: 88.22, cifar10_valid: 82.834 })
      expect(found.rank(cell)).toMatchObject({ of: 15625, best: found.best().value })
    })

    it('has 5,260 different networks, whose rows differ little', () => {
      const found = open()
      const resnet = '|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|'
      const { row, isomorphic } = found.lookup(resnet)!
      expect(isomorphic.length).toBeGreaterThan(0)
      for (const other of isomorphic)
        expect(Math.abs(Number(other.row.cifar10_test) - Number(row.cifar10_test))).toBeLessThan(5)
    })
  },
)

describe.skipIf(!hasShared('tables', 'nas-bench-macro-cifar10.json.gz'))(
  'the table of NAS-Bench-Macro (shared/)',
  () => {
    it('has the best chain that its authors name, and gives isomorphic chains one result', () => {
      const found = benchmarkTable(sharedFile('tables', 'nas-bench-macro-cifar10.json.gz'), {
        notation: macroNotation(),
      })
      expect(found.size).toBe(6561)
      expect(found.rank('22212220')).toMatchObject({ metric: 'mean_acc', rank: 1, regret: 0 })
      const { row, isomorphic } = found.lookup('01000110')!
      expect(isomorphic.map(({ architecture }) => architecture)).toEqual(['01000101'])
      expect(isomorphic[0]!.row).toEqual(row)
    })
  },
)
