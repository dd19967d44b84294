import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fit } from '../../src/library/fit.js'
import { readRunConfig } from '../../src/runs/run-folder.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const short = { search: { steps: 40 }, retrain: { steps: 40 }, seed: 3 }
const rows = Array.from({ length: 200 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i * 7) % 5])

describe('a model fitted to x and y', () => {
  it('of numbers predicts numbers, and says what it found', async () => {
    const y = rows.map(([a, b]) => 10 + 4 * a! - b!)
    const model = await fit(rows, y, short)
    expect(model.task).toMatchObject({ kind: 'regression' })
    expect(model.search.architecture.space).toBe('mlp-cell')
    expect(model.search.metrics.tolerated!.tolerance).toBe(0.01)
    const spread = Math.sqrt(y.reduce((sum, value) => sum + (value - 10) ** 2, 0) / y.length)
    expect(model.evaluate(rows, y)).toBeLessThan(0.8 * spread)
    expect(model.predict(rows.slice(0, 2))).toHaveLength(2)
  })

  it('of records leaves out what names them and takes what is missing', async () => {
    const x = rows.map(([a, b], i) => ({
      key: i + 1,
      note: `text ${i}`,
      size: i % 9 === 0 ? null : a!,
      colour: b! > 0 ? 'red' : 'blue',
    }))
    const model = await fit(
      x,
      rows.map(([, b]) => (b! > 0 ? 'yes' : 'no')),
      short,
    )
    expect(model.task).toMatchObject({ kind: 'classification', classes: ['no', 'yes'] })
    const [label] = model.predict([{ size: 0.5, colour: 'red' }])
    expect(['yes', 'no']).toContain(label)
  })

  it('of records with dates takes their calendar for inputs', async () => {
    const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)
    const x = rows.map(([a], i) => ({ a: a!, sold: day(i) }))
    const model = await fit(
      x,
      rows.map(([a], i) => a! + (i % 7 === 0 ? 5 : 0)),
      { search: { steps: 6 }, retrain: { steps: 6 } },
    )
    const known = { a: 0.5, sold: day(10) }
    expect(model.predict([known])).toEqual([expect.any(Number)])
    expect(model.statuses([known, { a: 0.5, sold: day(2000) }])).toEqual([
      ...['ok', 'outside the range of training in sold'],
    ])
  })

  it('of records of subjects is tested on others, and predicts without knowing them', async () => {
    const x = rows.map(([a, b], i) => ({ subject: `s${i % 20}`, a: a!, b: b! }))
    const tiny = { search: { steps: 6 }, retrain: { steps: 6 } }
    const y = rows.map(([a, b]) => a! + b!)
    const model = await fit(x, y, { ...tiny, saveTo: join(folder, 'chosen') })
    expect(readRunConfig(join(folder, 'chosen')).split).toMatchObject({ by: 'group', column: 'subject' })
    expect(model.predict([{ a: 0.5, b: 0.1 }])).toHaveLength(1)
    await fit(x, y, { ...tiny, split: { by: 'random' }, saveTo: join(folder, 'asked') })
    expect(readRunConfig(join(folder, 'asked')).split).not.toHaveProperty('column')
  })

  it('of records takes several numbers a row, typed arrays and truths, whatever the records have', async () => {
    const x = rows.map(([a, b]) => ({ target0: a!, b: b! }))
    const tiny = { search: { steps: 6 }, retrain: { steps: 6 } }
    const both = await fit(
      x,
      rows.map(([a, b]) => [a! + 1, b!]),
      tiny,
    )
    expect(both.task).toEqual({ kind: 'regression', outputs: ['_target0', 'target1'] })
    expect(both.predict(x.slice(0, 1))).toEqual([[expect.any(Number), expect.any(Number)]])
    const typed = await fit(
      x,
      Float32Array.from(rows, ([a, b]) => a! * b!),
      tiny,
    )
    expect(typed.task).toEqual({ kind: 'regression', outputs: ['target'] })
    const truths = await fit(
      x,
      rows.map(([a]) => a! > 0),
      tiny,
    )
    expect(truths.predict(x.slice(0, 1))).toEqual([expect.any(Boolean)])
    await expect(fit(x, [1, 2], tiny)).rejects.toThrow(
      /^y: expected 200 targets, one for each row of x, got 2$/,
    )
    await expect(fit(x, [...rows], { ...tiny, outputs: ['a'] })).rejects.toThrow(/^outputs: expected 3 names/)
  })

  it('leaves out rows without a target', async () => {
    const tiny = { search: { steps: 6 }, retrain: { steps: 6 } }
    const y = rows.map(([a], i) => (i % 9 === 0 ? NaN : a! * 2))
    const model = await fit(rows, y, tiny)
    expect(model.task).toMatchObject({ kind: 'regression' })
    const records = rows.map(([a, b]) => ({ a: a!, b: b! }))
    const labels = rows.map(([a], i) => (i % 9 === 0 ? null : a! > 0 ? 'yes' : 'no'))
    expect((await fit(records, labels, tiny)).task).toMatchObject({
      kind: 'classification',
      classes: ['no', 'yes'],
    })
  })

  it.each([
    [() => fit(rows, [1, 2], short), 'y: expected 200 targets, one for each row of x, got 2'],
    [() => fit([{ a: 1 }, { a: 2 }], [1], short), 'y: expected 2 targets, one for each row of x, got 1'],
    [() => fit([{ a: 1 }], [1], { ...short, groups: ['a'] }), 'groups: only of arrays, got it with records'],
    [
      () =>
        fit(
          rows,
          rows.map(([a]) => a!),
          { time: 0 },
        ),
      'time: expected seconds above 0, got 0',
    ],
    [
      () =>
        fit(
          rows,
          rows.map(([a]) => a!),
          { time: 0.5 },
        ),
      /^time: expected at least \d+ seconds for 20 steps of this search here, got 0.5; take fewer rows/,
    ],
  ])('refuses what cannot be (%#)', async (work, message) => {
    await expect(work()).rejects.toThrow(message)
  })
})
