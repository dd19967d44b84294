import { describe, expect, it } from 'vitest'
import { fit } from '../../src/library/fit.js'
import { eventsOf } from '../../src/report/history.js'
import '../setup/shared.js'

const short = { search: { steps: 40 }, retrain: { steps: 40 }, seed: 3 }
const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i * 7) % 5])

describe('a model fitted to x and y', () => {
  it('of a rare class is chosen by how it orders that class, and decides by a threshold', async () => {
    const tall = Array.from({ length: 400 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i * 7) % 5])
    const labels = tall.map(([a]) => (a! > 0.97 ? 'defect' : 'good'))
    const found = { records: tall.map(([a, b, c]) => ({ a: a!, b: b!, c: c! })), arrays: tall }
    for (const x of Object.values(found)) {
      const model = await fit(x, labels, { ...short, schedule: 'none' })
      const { metric, decision, test } = model.search.metrics
      expect(metric).toBe('average-precision')
      expect(decision).toMatchObject({ by: 'f1' })
      expect(test.positive).toBe('defect')
    }
    const weighed = await fit(tall, labels, { ...short, schedule: 'none', classes: { weights: 'balanced' } })
    expect(weighed.search.metrics.decision).toHaveProperty('costs')
    const named = await fit(tall, labels, { ...short, schedule: 'none', classes: ['good', 'defect'] })
    expect(named.task).toMatchObject({ classes: ['good', 'defect'] })
  })

  it('of sequences and images takes their spaces', async () => {
    const series = rows.map((_, i) =>
      Array.from({ length: 16 }, (_, t) => [Math.sin(t * (i % 2 ? 1 : 2)) + i / 999]),
    )
    const labels = rows.map((_, i) => (i % 2 ? 'slow' : 'fast'))
    const one = await fit(series, labels, { search: { steps: 6 }, retrain: { steps: 6 } })
    expect(one.search.architecture.space).toBe('temporal-conv')
    const shape = [40, 32, 32, 1]
    const values = Float32Array.from({ length: 40 * 32 * 32 }, (_, i) => ((i * 31) % 17) / 17)
    const two = await fit({ values, shape }, labels.slice(0, 40), {
      search: { steps: 2 },
      retrain: { steps: 2 },
    })
    expect(two.search.architecture.space).toBe('darts-cell')
    expect(two.search.architecture.options).toMatchObject({ halvings: 1 })
  })

  it('within a time cuts the lengths to what fits', async () => {
    const y = rows.map(([a, b]) => 10 + 4 * a! - b!)
    const model = await fit(rows, y, { time: 9 })
    const [start] = eventsOf(model.search.events, 'start')
    expect(start!.steps).toBeLessThan(16_000)
    // How far the search is hurried depends on the machine; nothing else is changed.
    const interventions = eventsOf(model.search.events, 'intervention')
    expect(interventions.filter(({ what, by }) => what !== 'pace' || by !== 'time')).toEqual([])
    const trainings = eventsOf(model.search.events, 'done').filter(({ stage }) => stage !== 'search')
    expect(trainings.map(({ stage }) => stage)).toContain('retrain')
    expect(trainings.every(({ reason }) => ['time', 'early-stop'].includes(reason))).toBe(true)
    expect(model.predict(rows.slice(0, 3))).toHaveLength(3)
  })
})
