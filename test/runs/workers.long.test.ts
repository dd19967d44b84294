import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyCells } from './helper.js'
import '../setup/shared.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const config = resolveConfig({ ...tinyCells, retrain: { ...tinyCells.retrain, shards: 2 } })
const workersOf = (run: string): number =>
  (JSON.parse(readFileSync(at(`${run}/timings.json`), 'utf8')) as { workers: number }).workers

beforeAll(() => searchRun({ config, out: at('one') }))

describe('a run by two workers', () => {
  test('is retrained by two as by one', async () => {
    const configure = () => ({ ...config, seed: 5 })
    await retrainRun({ run: at('one'), configure, out: at('retrained1') })
    await retrainRun({ run: at('one'), configure, out: at('retrained2'), workers: 2 })
    expect(contentOf(at('retrained2'))).toEqual(contentOf(at('retrained1')))
    expect(workersOf('retrained2')).toBe(2)
    expect(contentOf(at('retrained1'))['model/weights.bin']).not.toBe(
      contentOf(at('one'))['model/weights.bin'],
    )
  })
})

test('more workers than a stage has shards are told of, and not started', async () => {
  const notices: string[] = []
  const onNotice = (text: string) => void notices.push(text)
  const uneven = resolveConfig({ ...tinyCells, search: { ...tinyCells.search, epochs: 1 } })
  await searchRun({ config: uneven, out: at('uneven'), workers: 3, onNotice })
  expect(notices).toEqual([
    '3 workers, but config.search.shards is 2: that stage keeps 2 of them busy; more shards change the result',
    '3 workers, but config.retrain.shards is 1: that stage keeps 1 of them busy; more shards change the result',
  ])
  expect(workersOf('uneven')).toBe(2)
})
