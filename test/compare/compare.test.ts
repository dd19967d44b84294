import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compare } from '../../src/compare/compare.js'
import { compareRun } from '../../src/compare/compare-run.js'
import { memoryStore } from '../../src/compare/store.js'
import type { TrialRow } from '../../src/compare/types.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { runTrial } from '../../src/trial/trial.js'
import { tiny } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A comparison on a store, and the trials that it ran, as `method seed`. */
async function ran(comparison: object, store = memoryStore()) {
  const trials: string[] = []
  const result = await compare({
    comparison,
    store,
    onProgress: ({ row }) => row && trials.push(`${row.method} ${row.seed}`),
  })
  return { ...result, trials, store }
}

describe('trials', () => {
  test('are those of a search, on the same rows for all methods, with one unpruned supernet a seed', async () => {
    const { rows, trials, store } = await ran(tiny())
    expect(trials).toEqual(['none 1', 'pressed 1', 'unpruned 1', 'none 2', 'pressed 2', 'unpruned 2'])
    expect(rows.map(({ method, seed }) => `${method} ${seed}`)).toEqual([...trials].sort())
    expect(rows.map(({ failed }) => failed)).toEqual(rows.map(() => null))
    const hashes = (seed: number) =>
      new Set(rows.filter((row) => row.seed === seed).map((row) => row.rows!.hash))
    expect([hashes(1).size, hashes(2).size]).toEqual([1, 1])
    expect(hashes(1)).not.toEqual(hashes(2))
    expect(rows.filter(({ seconds }) => seconds!.baseline !== null).map(({ method }) => method)).toEqual([
      'none',
      'none',
    ])

    // As if each were run alone, with a supernet of its own to learn from.
    const { base, sets, methods } = tiny() as Record<string, Record<string, object>>
    const config = { ...base, ...sets!.concrete, ...methods!.pressed, seed: 2 }
    const alone = resolveConfig({ ...config, data: { source: 'concrete', limit: 120 } })
    const { metrics } = await runTrial(await setupTrial(alone, '.'), { emit: () => undefined })
    const row = rows.find(({ method, seed }) => method === 'pressed' && seed === 2)!
    expect(row.figures).toMatchObject({
      test: metrics.test.final,
      validation: metrics.validation.final,
      parameters: metrics.derived.parameters,
      share: metrics.derived.parameters / metrics.supernet.parameters,
    })
    expect(row.figures!.share).toBeLessThan(0.6)
    const unpruned = rows.find(({ method, seed }) => method === 'unpruned' && seed === 2)!
    expect(unpruned.figures).toMatchObject({
      test: metrics.baseline!.test,
      parameters: metrics.baseline!.parameters,
      searchSteps: 0,
    })

    // A further seed runs alone, a changed method alone, another name runs nothing.
    expect((await ran(tiny({ seeds: [1, 2, 3], methods: { none: 'none' } }), store)).trials).toEqual([
      'none 3',
    ])
    const changed = { none: { schedule: 'none', search: { steps: 13 } }, unpruned: { rival: 'unpruned' } }
    expect((await ran(tiny({ methods: changed, seeds: [1] }), store)).trials).toEqual(['none 1'])
    const renamed = await ran(tiny({ methods: { nothing: 'none' } }), store)
    expect(renamed.trials).toEqual([])
    expect(renamed.rows.map(({ method }) => method)).toEqual(['nothing', 'nothing'])
  })

  test('that diverge are rows that say so, and the others go on', async () => {
    const wild = { schedule: 'none', search: { weights: { learningRate: 1e30 }, rollback: { tries: 0 } } }
    const methods = { wild, unpruned: { rival: 'unpruned' } }
    const { rows, summary } = await ran(tiny({ methods, seeds: [1] }))
    expect(rows.map(({ method }) => method)).toEqual(['unpruned', 'wild'])
    expect(rows[0]!.figures!.test).toBeGreaterThan(0)
    expect(rows[1]).toMatchObject({ figures: null, seconds: null })
    expect(rows[1]!.failed).toMatch(/^search diverged: /)
    expect(summary.failures).toEqual([rows[1]])
    expect(summary.overall).toMatchObject([
      { method: 'wild', rank: 2, failed: 1 },
      { method: 'unpruned', rank: 1, failed: 0 },
    ])
  })

  test('of other rows than the first methods had are refused', async () => {
    const { store } = await ran(tiny({ methods: { none: 'none' }, seeds: [1] }))
    const [row] = (await store.done()) as [TrialRow]
    const other = { ...row, rows: { ...row.rows!, hash: 'other' } }
    const changed = { done: () => [other], save: () => undefined }
    await expect(
      compare({
        comparison: tiny({ methods: { none: 'none', whole: { rival: 'unpruned' } }, seeds: [1] }),
        store: changed,
      }),
    ).rejects.toThrow(
      'concrete, 120 rows, whole, seed 1: expected the rows of method none, got others: the data changed',
    )
  })
})

describe('a folder', () => {
  const one = tiny({ methods: { none: 'none', whole: { rival: 'unpruned' } }, seeds: [1] })
  const out = join(folder, 'one')
  const read = (name: string) => readFileSync(join(out, name), 'utf8')

  test('has the document, the trials, tables and a summary; a line that a crash cut is run again', async () => {
    await compareRun({ comparison: one, out })
    const before = read('results.csv')
    expect(JSON.parse(read('comparison.json'))).toEqual(one)
    expect(before.split('\n')).toHaveLength(4)
    expect(before).not.toMatch(/second|time/)
    expect(read('timings.csv')).toMatch(
      /^set,rows,method,seed,search,baseline,retrain,total,latencyMs\nconcrete,120,none,1,\d.*,\d+\.\d{4}\n/,
    )
    expect(JSON.parse(read('summary.json'))).toMatchObject({ format: 'sentei-comparison/1', against: 'none' })
    expect(read('summary.md')).toContain('\n## concrete, 120 rows\n')

    const lines = read('trials.jsonl')
    writeFileSync(join(out, 'trials.jsonl'), lines.slice(0, -20))
    const again: string[] = []
    await compareRun({ comparison: one, out, onProgress: ({ row }) => row && again.push(row.method) })
    expect(again).toEqual(['whole'])
    expect(read('results.csv')).toBe(before)
    expect(read('trials.jsonl').split('\n')[0]).toBe(lines.split('\n')[0])
  })

  test('goes on where its data lie elsewhere, and runs all again on others, which it says', async () => {
    const table = (slope: number) =>
      ['x,y', ...Array.from({ length: 120 }, (_, i) => `${i},${(slope * i) % 17}`)].join('\n')
    const on = async (place: string, content: string) => {
      mkdirSync(join(folder, place), { recursive: true })
      writeFileSync(join(folder, place, 'table.csv'), content)
      const sets = { own: { data: { file: join(folder, place, 'table.csv'), target: 'y' } } }
      const notices: string[] = []
      const ran: string[] = []
      const { rows } = await compareRun({
        comparison: tiny({ sets, sizes: ['all'], methods: { none: 'none' }, seeds: [1] }),
        out: join(folder, 'moved'),
        onNotice: (text) => notices.push(text),
        onProgress: ({ row }) => row && ran.push(row.method),
      })
      return { rows, notices, ran }
    }
    const first = await on('here', table(3))
    expect(first).toMatchObject({ notices: [], ran: ['none'] })
    expect(await on('there', table(3))).toEqual({ ...first, ran: [] })
    const others = await on('there', table(5))
    expect(others.ran).toEqual(['none'])
    expect(others.notices).toEqual([expect.stringContaining('trials.jsonl: 1 of its trials do not count')])
    expect(others.rows[0]!.rows!.hash).not.toBe(first.rows[0]!.rows!.hash)
  })

  test('whose lines are damaged is refused, with the line', async () => {
    const lines = read('trials.jsonl')
    writeFileSync(join(out, 'trials.jsonl'), `{"key\n${lines}`)
    await expect(compareRun({ comparison: one, out })).rejects.toThrow(
      /trials\.jsonl:1: expected a JSON document; remove the line/,
    )
    writeFileSync(join(out, 'trials.jsonl'), lines)
  })

  test('keeps what was named before the run, and takes no name afterwards', async () => {
    const preregistered = { method: 'none', against: 'whole', margin: 0.01 }
    await expect(compareRun({ comparison: { ...one, preregistered }, out })).rejects.toThrow(
      /comparison\.preregistered: expected nothing, as the trials in .* began with, got none against whole within 0\.01/,
    )
    expect(JSON.parse(read('comparison.json'))).toEqual(one)
  })

  test('keeps the hash and the commit of the file with which it began', async () => {
    const repository = join(folder, 'repository')
    mkdirSync(repository)
    const file = join(repository, 'comparison.json')
    const own = join(repository, 'out')
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository })
        .toString()
        .trim()
    const registration = () => JSON.parse(readFileSync(join(own, 'registration.json'), 'utf8')) as unknown
    const begin = () => compareRun({ comparison: one, file, out: own, workers: 1 })
    writeFileSync(file, JSON.stringify(one))
    git('init', '-q')
    await begin()
    const document = createHash('sha256').update(JSON.stringify(one)).digest('hex')
    expect(registration()).toEqual({ document, commit: null })

    git('add', 'comparison.json')
    git('commit', '-qm', 'x')
    await begin()
    // It began before the commit.
    expect(registration()).toEqual({ document, commit: null })
    rmSync(own, { recursive: true })
    await begin()
    expect(registration()).toEqual({ document, commit: git('rev-parse', 'HEAD') })
    rmSync(own, { recursive: true })
    writeFileSync(file, `${JSON.stringify(one)} `)
    await begin()
    expect(registration()).toMatchObject({ commit: null })
  })

  test('with files of others is refused', async () => {
    await expect(compareRun({ comparison: one, out: folder })).rejects.toThrow('got one with other files')
  })
})
