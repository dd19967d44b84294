import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { startWorkers } from '../../src/runs/workers.js'
import { contentOf, temporaryFolder, tinyCells } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const config = resolveConfig({ ...tinyCells, retrain: { ...tinyCells.retrain, shards: 2 } })
const workersOf = (run: string): number =>
  (JSON.parse(readFileSync(at(`${run}/timings.json`), 'utf8')) as { workers: number }).workers

beforeAll(() => searchRun({ config, out: at('one') }))

describe('a run by two workers', () => {
  test('writes the same bytes as by one, and leaves no tensor', async () => {
    const before = tf.memory().numTensors
    const notices: string[] = []
    await searchRun({ config, out: at('two'), workers: 2, onNotice: (text) => notices.push(text) })
    expect(tf.memory().numTensors).toBe(before)
    expect(contentOf(at('two'))).toEqual(contentOf(at('one')))
    expect(notices).toEqual([])
    expect([workersOf('one'), workersOf('two')]).toEqual([1, 2])
  })

  test('is resumed by one', async () => {
    const controller = new AbortController()
    const onEvent = ({ type }: Event) => type === 'evaluation' && controller.abort()
    const { signal } = controller
    await expect(searchRun({ config, out: at('stopped'), workers: 2, onEvent, signal })).rejects.toThrow(
      Interrupted,
    )
    await resumeRun(at('stopped'))
    expect(contentOf(at('stopped'))).toEqual(contentOf(at('one')))
    expect(workersOf('stopped')).toBe(1)
  })

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

test('backends with threads of their own are refused', () => {
  expect(() => startWorkers({ backend: 'webgpu', relaxedSimd: false }, 2)).toThrow(
    '--workers: expected 1 on backend webgpu, which has threads of its own, got 2',
  )
})
