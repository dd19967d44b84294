import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-sizes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const small = 'space: darts-cell, options: { cells: 1, channels: 2 }'
const options = (space: string, given: string) => `space: ${space}, options: { ${given} }`

/** Configurations that no machine could run, and what is said of them. */
const absurd: [string, string, string, RegExp][] = [
  ['cells', options('darts-cell', 'cells: 1000000'), '', /options\.cells: 1000000; take less/],
  ['a width', options('autoencoder-mlp', 'encoder: [1000000000]'), '', /encoder\.0: 1000000000; take less/],
  ['channels', options('nas-bench-201', 'channels: 1000000000'), '', /channels: 1000000000; take less/],
  ['epochs', small, 'epochs: 1000000000000', /^config\.search\.epochs.*at most.*; take fewer epochs/],
]

describe.each(absurd)('an absurd number of %s', (_what, supernet, search, message) => {
  const config = join(folder, 'config.yaml')
  it.each(['plan', 'search', 'schedule'])('is refused at once by %s', async (command) => {
    writeFileSync(config, `data: { source: digits }\nsupernet: { ${supernet} }\nsearch: { ${search} }\n`)
    const before = process.cpuUsage()
    const args = { plan: [], search: ['--out', join(folder, 'run')], schedule: [] }[command]!
    const words = command === 'schedule' ? ['schedule', 'show'] : [command]
    await expect(program(...words, config, ...args)).rejects.toThrow(message)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
  })
})

it('a batch that does not fit is refused with the largest that does', async () => {
  const config = join(folder, 'batch.yaml')
  writeFileSync(config, `data: { source: digits }\nsupernet: { ${small} }\nsearch: { batch: 1000000000 }\n`)
  await expect(program('search', config, '--out', join(folder, 'run'))).rejects.toThrow(
    /^config\.search\.batch: .* take a batch of at most \d+/,
  )
})

it('a length on the command line is refused, too', async () => {
  await expect(
    program('schedule', 'show', 'none', '--supernet', 'mlp-cell', '--iterations', '1000000000000'),
  ).rejects.toThrow(/--iterations.*at most/)
  await expect(
    program('schedule', 'show', 'none', '--supernet', 'mlp-cell', '--options', '{ hidden: 1000000000 }'),
  ).rejects.toThrow(/^--options: .*hidden: 1000000000; take less/)
})

describe('check-data', () => {
  const config = join(folder, 'check.yaml')
  it.each([
    [
      'search.steps=1e15',
      /^config\.search\.steps: expected at most 10,000,000 iterations, got 1e?\d+; take fewer steps$/,
    ],
    [
      'search.epochs=1e15',
      /^config\.search\.epochs: expected at most .*; take fewer epochs or larger batches$/,
    ],
    ['retrain.steps=1e15', /^config\.retrain\.steps: expected at most 1,000,000,000 iterations/],
    ['retrain.epochs=1e300', /^config\.retrain\.epochs: expected at most 1,000,000,000 iterations/],
  ])('refuses %s', async (set, message) => {
    writeFileSync(config, `data: { source: digits }\nsupernet: { ${small} }\n`)
    await expect(program('check-data', config, '--set', set)).rejects.toThrow(message)
  })

  it.each([
    'supernet.options.cells=1e15',
    'search.batch=1e15',
    'search.evaluateEvery=1e15',
    'data.limit=1e15',
  ])('answers at once with %s, which its answer does not build', async (set) => {
    writeFileSync(config, `data: { source: digits }\nsupernet: { ${small} }\n`)
    const before = process.cpuUsage()
    const { printed } = await program('check-data', config, '--set', set)
    expect(printed).toContain('digits: classification, 1,797 rows')
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
  })
})
