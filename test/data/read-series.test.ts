import { describe, expect, it } from 'vitest'
import { csv, rejection, workplace } from './helpers.js'

const { read } = workplace()
const target = { target: 'y' }

describe('readDataset, series', () => {
  const text = csv('a,y', 8, (i) => [i, i * 10])
  const series = { ...target, window: 3, horizon: 2 }

  it('cuts windows; the target is horizon steps after the last, and its past is an input', async () => {
    const data = await read(text, series)
    expect(data.shape).toEqual([3, 2])
    expect(data.rows).toBe(4)
    expect([...data.inputs.subarray(0, 6)]).toEqual([0, 0, 1, 10, 2, 20])
    expect([...data.targets]).toEqual([40, 50, 60, 70])
    expect(data.spans).toEqual([
      [0, 5],
      [1, 6],
      [2, 7],
      [3, 8],
    ])
    expect(data.task).toEqual({ kind: 'forecasting', outputs: ['y'] })
    expect(data.encoding.window).toBe(3)
  })

  it('reads values and classes of the window’s end; the target is then no input', async () => {
    const values = await read(text, { ...target, window: 3, task: 'regression' })
    expect(values.features).toEqual(['a'])
    expect([...values.targets]).toEqual([20, 30, 40, 50, 60, 70])
    const labels = await read(
      csv('a,y', 4, (i) => [i, i % 2 ? 'up' : 'down']),
      { ...target, window: 2, task: 'classification' },
    )
    expect([...labels.targets]).toEqual([1, 0, 1])
  })

  it('orders time steps by the time column', async () => {
    const shuffled = 't,a,y\n3,3,30\n1,1,10\n2,2,20\n'
    const data = await read(shuffled, { ...target, window: 2 }, { by: 'time', column: 't' })
    expect([...data.inputs]).toEqual([1, 10, 2, 20])
    expect([...data.targets]).toEqual([30])
  })

  it('never crosses groups, and gathers their rows', async () => {
    const mixed = 'unit,a,y\np,1,1\nq,10,10\np,2,2\nq,20,20\np,3,3\nq,30,30\n'
    const data = await read(mixed, { ...target, window: 2 }, { by: 'group', column: 'unit' })
    expect(data.keys).toEqual(['p', 'q'])
    expect([...data.inputs]).toEqual([1, 1, 2, 2, 10, 10, 20, 20])
    expect([...data.targets]).toEqual([3, 30])
  })

  it('leaves out windows without a target', async () => {
    const data = await read('a,y\n1,1\n2,2\n3,\n4,4\n', { ...target, window: 1, missing: 'mean' })
    expect([...data.targets]).toEqual([2, 4])
    expect(data.cleaning).toEqual({ missing: { y: 1 }, leftOut: 1 })
  })

  it('refuses what is no series', async () => {
    expect(await rejection(read('a,y\n1,1\n2,2\n', { ...target, window: 3 }))).toBe(
      'a.csv: expected at least 4 adjacent time steps (window 3, horizon 1), got 2 rows',
    )
    expect(await rejection(read(text, { ...series, missing: 'drop-row' }))).toBe(
      'config.data.missing: expected another policy for a series (its time steps must stay adjacent), got "drop-row"',
    )
    expect(await rejection(read(text, { ...series, horizon: 0 }))).toBe(
      'config.data.horizon: expected integer ≥ 1 for forecasting, got 0',
    )
    expect(
      await rejection(
        read('t,a,y\n1,1,1\n2,2,2\n1,3,3\n', { ...target, window: 1 }, { by: 'time', column: 't' }),
      ),
    ).toBe('a.csv line 4: expected one row for each time of a series, got a second one for the same time')
    expect(
      await rejection(read(text, { source: 'chicago', file: undefined, kind: 'table', task: 'forecasting' })),
    ).toBe('config.data.task: forecasting needs kind series, got kind table')
  })
})
