import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { startWorkers } from '../../src/runs/workers.js'
import { contentOf, temporaryFolder, tinyCells } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const config = resolveConfig({ ...tinyCells, retrain: { ...tinyCells.retrain, shards: 2 } })
const workersOf = (run: string): number =>
  (JSON.parse(readFileSync(at(`${run}/timings.json`), 'utf8')) as { workers: number }).workers

beforeAll(() => searchRun({ config, out: at('one') }))

describe('a run by two workers', () => {
  test('writes the same bytes as by one, and leaves no tensor', async () => {
    const newTensors = tensorCounter()
    const notices: string[] = []
    await searchRun({ config, out: at('two'), workers: 2, onNotice: (text) => notices.push(text) })
    expect(newTensors()).toBe(0)
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
})

test('backends with threads of their own are refused', () => {
  expect(() => startWorkers({ backend: 'webgpu', relaxedSimd: false }, 2)).toThrow(
    '--workers: expected 1 on backend webgpu, which has threads of its own, got 2',
  )
})
