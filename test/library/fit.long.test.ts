import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { fit } from '../../src/library/fit.js'
import { eventsOf } from '../../src/report/history.js'

beforeAll(() => useBackend('wasm'))

const folder = mkdtempSync(join(tmpdir(), 'sentei-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i * 7) % 5])

describe('a model fitted to x and y', () => {
  it('within a time cuts the lengths to what fits', async () => {
    const y = rows.map(([a, b]) => 10 + 4 * a! - b!)
    const model = await fit(rows, y, { time: 9 })
    const [start] = eventsOf(model.found.events, 'start')
    expect(start!.steps).toBeLessThan(16_000)
    // How far the search is hurried depends on the machine; nothing else is changed.
    const interventions = eventsOf(model.found.events, 'intervention')
    expect(interventions.filter(({ what, by }) => what !== 'pace' || by !== 'time')).toEqual([])
    const trainings = eventsOf(model.found.events, 'done').filter(({ stage }) => stage !== 'search')
    expect(trainings.map(({ stage }) => stage)).toContain('retrain')
    expect(trainings.every(({ reason }) => ['time', 'early-stop'].includes(reason))).toBe(true)
    expect(model.predict(rows.slice(0, 3))).toHaveLength(3)
  })
})
