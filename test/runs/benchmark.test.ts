import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { searchRun } from '../../src/runs/search-run.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { choicesOf } from '../../src/supernet/prune.js'
import { plainNotation } from '../../src/supernet/notation.js'
import { temporaryFolder, tinyCells } from './helper.js'

const folder = temporaryFolder()

/** Every line of a table with one choice an edge, and a score that tells where it stands. */
const write = (name: string, lines: string[]) =>
  writeFileSync(join(folder, name), `arch,error,params\n${lines.join('\n')}\n`)

test('a search says where the architecture that it found stands among all', async () => {
  write('other.csv', ['cell0/0→2=skip,0.1,5'])
  const config = resolveConfig({ ...tinyCells, benchmark: { table: 'other.csv' } })
  const run = await searchRun({ config, folder, out: join(folder, 'run') })
  const text = plainNotation.write(choicesOf(run.architecture))
  // This table does not know it.
  expect(run.metrics.benchmark).toEqual({
    table: 'other.csv',
    metric: 'error',
    architecture: text,
    matched: null,
    row: null,
    value: null,
    best: 0.1,
    regret: null,
    rank: null,
    of: 1,
    percentile: null,
  })
  expect(run.config.benchmark!.table).toBe(join(folder, 'other.csv'))
  expect(readFileSync(join(run.folder, 'report.html'), 'utf8')).toContain('not in it')
  expect(readFileSync(join(run.folder, 'card.md'), 'utf8')).toContain('does not know the architecture')

  write('known.csv', ['cell0/0→2=skip,0.1,5', `${text},0.3,7`, 'cell0/0→2=conv-1x1,0.4,9'])
  const standing = async (benchmark: object) => {
    const config = resolveConfig({ ...tinyCells, benchmark: { table: 'known.csv', ...benchmark } })
    return (await setupTrial(config, folder)).benchmark!(run.architecture)
  }
  expect(await standing({})).toMatchObject({
    matched: 'exact',
    row: { error: 0.3, params: 7 },
    value: 0.3,
    best: 0.1,
    rank: 2,
    of: 3,
    percentile: 50,
  })
  expect((await standing({})).regret).toBeCloseTo(0.2, 12)
  expect(await standing({ metric: 'params', higherIsBetter: true })).toMatchObject({
    metric: 'params',
    best: 9,
    regret: 2,
  })
})

test('a wrong table is told before the search begins', async () => {
  const setup = (benchmark: object) => setupTrial(resolveConfig({ ...tinyCells, benchmark }), folder)
  write('small.csv', ['cell0/0→2=skip,0.1,5'])
  await expect(setup({ table: 'nothing.csv' })).rejects.toThrow(
    'config.benchmark: expected a CSV or JSON file, got "',
  )
  await expect(setup({ table: 'small.csv', metric: 'eror' })).rejects.toThrow(
    'config.benchmark: small.csv has no metric eror; did you mean "error"?',
  )
  await expect(setup({ table: 'small.csv', column: 'a' })).rejects.toThrow(
    'config.benchmark: small.csv has no column a',
  )
})
