import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import type { QueryAnswer, TableSummary } from '../../src/runs/query-benchmark.js'
import { hasShared, sharedFile } from '../helpers/shared.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-query-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const cellOf = (operation: string) =>
  `|${operation}~0|+|${operation}~0|${operation}~1|+|${operation}~0|${operation}~1|${operation}~2|`
const all3x3 = cellOf('nor_conv_3x3')
const all1x1 = cellOf('nor_conv_1x1')
const nothing = cellOf('none')
const direct = '|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|'
const detour = '|skip_connect~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|'

const file = join(folder, 'table.csv')
writeFileSync(
  file,
  `index,architecture,accuracy,loss\n0,${all3x3},90,0.3\n1,${all1x1},80,0.6\n2,${detour},85,0.5\n3,${nothing},10,2.3\n`,
)
const query = (...args: string[]) => program('query', 'nas-bench-201', '--table', file, ...args)
const answer = async (...args: string[]) =>
  JSON.parse((await query(...args, '--json')).printed) as QueryAnswer

describe('query', () => {
  test('gives the row, its ranks, and the cost model’s own count', async () => {
    const found = await answer('--architecture', all3x3)
    expect(found).toMatchObject({
      benchmark: 'nas-bench-201',
      table: { file: 'table.csv', size: 4 },
      architecture: all3x3,
      found: { matched: 'exact', row: { index: 0, accuracy: 90, loss: 0.3 }, isomorphic: [] },
      ranks: { accuracy: { rank: 1, regret: 0 }, loss: { rank: 1, of: 4 } },
      setting: { input: [32, 32, 3], outputs: 10 },
    })
    // The benchmark's API prints 1.531546 M and 220.11969 M for this cell; it counts the classifier's bias as
    // ten additions more.
    expect(found.cost).toMatchObject({ parameters: 1_531_546, flops: 220_119_680 })
  })

  test('counts pools as published, without a batch norm', async () => {
    const text =
      '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|'
    // Index 0 of the benchmark: 15.64737 MFLOPs by its API; two 1×1 convolutions a cell beside the skeleton.
    expect((await answer('--architecture', text)).cost).toMatchObject({
      parameters: 129_306,
      flops: 15_647_360,
    })
  })

  test('counts for other data and options', async () => {
    const found = await answer('--architecture', all3x3, '--set', 'input=[16, 16, 3]', 'outputs=120')
    // As above for ImageNet16-120: 1.538696 M, and 55.03756 M with 120 additions of a bias.
    expect(found.cost).toMatchObject({ parameters: 1_538_696, flops: 55_037_440 })
    const narrow = await answer('--architecture', all1x1, '--set', 'options.channels=1', 'options.cells=1')
    expect(narrow.cost!.parameters).toBeLessThan(1000)
  })

  test('answers by an isomorphic row, and says so', async () => {
    const { code, printed } = await query('--architecture', direct)
    expect(code).toBe(0)
    expect(printed).toContain(`4 architectures: not in it; the isomorphic ${detour} is\n`)
    expect(printed).toMatch(/accuracy \(higher is better\) +85 +90 +5 +2 of 4 +66\.67\n/)
    expect(printed).toMatch(/loss \(lower is better\) +0\.5 +0\.3 +0\.2 +2 of 4 +66\.67\n/)
    expect(printed).toContain('\nindex 2')
    expect(await answer('--architecture', direct)).toMatchObject({
      architecture: direct,
      found: { architecture: detour, matched: 'isomorphic' },
    })
  })

  test('of what the table lacks is not done: exit code 1, the cost is there', async () => {
    const { code, printed } = await query('--architecture', cellOf('avg_pool_3x3'))
    expect(code).toBe(1)
    expect(printed).toContain('not in the table, nor an isomorphic one\ncost   ')
    expect(await answer('--architecture', cellOf('avg_pool_3x3'))).toMatchObject({
      found: null,
      ranks: { accuracy: null, loss: null },
    })
  })

  test('of a cell that computes nothing has a row and no cost', async () => {
    const found = await answer('--architecture', nothing)
    expect(found).toMatchObject({ found: { row: { accuracy: 10 } }, cost: null })
    expect(found.uncounted).toContain('nothing reaches the output')
  })

  test('--metric asks for one, --lower-is-better turns it', async () => {
    const one = await answer('--architecture', all1x1, '--metric', 'accuracy', '--lower-is-better')
    expect(one.ranks).toMatchObject({ accuracy: { rank: 2, best: 10, higherIsBetter: false } })
    expect(Object.keys(one.ranks)).toEqual(['accuracy'])
  })

  test('without an architecture shows the best', async () => {
    const { best } = JSON.parse((await query('--json')).printed) as TableSummary
    expect(best).toMatchObject({ accuracy: { architecture: all3x3, value: 90 }, loss: { value: 0.3 } })
    expect((await query()).printed).toContain(`accuracy  ${all3x3}  `)
  })

  test.each<[string[], string]>([
    [['--architecture', 'x'], 'architecture: expected a cell like |nor_conv_3x3~0|'],
    [['--architecture', all3x3, '--metric', 'acc'], '--table: table.csv has no metric acc'],
    [['--lower-is-better'], '--lower-is-better: expected --metric with it, got none'],
    [['--set', 'options.chanels=8'], 'query.options.chanels: unknown key, did you mean "channels"'],
    [['--set', 'output=8'], 'query.output: unknown key, did you mean "outputs"'],
    [['--set', 'input=[8]'], 'query.input: nas-bench-201 takes inputs of 3 axes, got [8]'],
    [['--column', 'index'], 'table.csv row 1: architecture: expected a cell'],
  ])('%j is refused', async (args, message) => {
    await expect(query(...args)).rejects.toThrow(message)
    await expect(query(...args)).rejects.toHaveProperty('name', 'InputError')
  })

  test('an unknown space and a missing file are refused', async () => {
    await expect(program('query', 'nas-bench-21', '--table', file)).rejects.toThrow(
      'query: unknown space nas-bench-21; did you mean "nas-bench-201"?',
    )
    await expect(program('query', 'nas-bench-201', '--table', 'no.csv')).rejects.toThrow(
      '--table: expected a CSV or JSON file, got "no.csv" (no such file)',
    )
  })
})

describe('query of a genotype', () => {
  /** PC-DARTS's cell on CIFAR-10 (arXiv:1907.05737), as its code prints it. */
  const pcDarts =
    "Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)], reduce_concat=range(2, 6))"

  test('finds it however its edges are ordered', async () => {
    const genotypes = join(folder, 'genotypes.json')
    writeFileSync(genotypes, JSON.stringify({ [pcDarts]: { error: 2.57 } }))
    const other = pcDarts
      .replace("('sep_conv_3x3', 1), ('skip_connect', 0)", "('skip_connect', 0), ('sep_conv_3x3', 1)")
      .replaceAll('range(2, 6)', '[2, 3, 4, 5]')
    const { printed } = await program(
      ...['query', 'darts', '--table', genotypes, '--architecture', other, '--json'],
      ...['--set', 'options.alpha=shared', 'options.cells=20', 'options.channels=36'],
    )
    const found = JSON.parse(printed) as QueryAnswer
    expect(found).toMatchObject({
      found: { matched: 'exact', row: { error: 2.57 } },
      ranks: { error: { rank: 1 } },
    })
    // 3.634678 M in the logs of its evaluation, 36 channels and 20 cells.
    expect(found.cost!.parameters).toBe(3_634_678)
  })
})

describe.skipIf(!hasShared('tables', 'nas-bench-201-12epochs.csv.gz'))(
  'query of all of NAS-Bench-201 (shared/)',
  () => {
    test('answers in the benchmark’s syntax', async () => {
      const table = sharedFile('tables', 'nas-bench-201-12epochs.csv.gz')
      const args = ['query', 'nas-bench-201', '--table', table, '--architecture', all3x3, '--json']
      const found = JSON.parse((await program(...args)).printed) as QueryAnswer
      expect(found).toMatchObject({ table: { size: 15625 }, found: { matched: 'exact' } })
      const cells = gunzipSync(readFileSync(table)).toString().trim().split('\n').slice(1)
      const accuracy = (line: string) => Number(line.split(',')[2])
      const own = accuracy(cells.find((line) => line.includes(all3x3))!)
      const better = cells.filter((line) => accuracy(line) > own).length
      expect(found.ranks.cifar10_test).toMatchObject({ value: own, rank: better + 1, of: 15625 })
    })
  },
)

describe.skipIf(!hasShared('tables', 'nas-bench-macro-cifar10.json.gz'))(
  'query of NAS-Bench-Macro (shared/)',
  () => {
    test.each(['00000000', '22222222', '02012100', '22212220'])(
      'counts %s as its table does',
      async (chain) => {
        const table = sharedFile('tables', 'nas-bench-macro-cifar10.json.gz')
        const { printed } = await program(
          'query',
          'nas-bench-macro',
          '--table',
          table,
          '--architecture',
          chain,
          '--json',
        )
        const { found, cost } = JSON.parse(printed) as QueryAnswer
        expect(cost).toMatchObject({ parameters: found!.row.params, flops: found!.row.flops })
      },
    )
  },
)
