import { describe, expect, it } from 'vitest'
import { withScaling } from '../../src/data/prepare-dataset.js'
import { prepareData } from '../../src/data/prepare.js'
import { csv, rejection, workplace } from './helpers.js'

const { config, write, folder } = workplace()

/** Columns of a table by the row, scaled as they are by default; the first 60 of 100 rows are train. */
async function prepare(columns: readonly ((i: number) => number)[], data: object = {}) {
  const names = columns.map((_, i) => `x${i}`)
  write(csv([...names, 'y'].join(), 100, (i) => [...columns.map((of) => of(i)), i]))
  const given = config({ target: 'y', task: 'regression', ...data }, { by: 'time' })
  const prepared = await prepareData(given, folder)
  const column = (c: number) => [...prepared.inputs].filter((_, i) => i % columns.length === c)
  return { ...prepared, column, config: given }
}

describe('robust scaling', () => {
  it('is by median and quartiles, and bends the ends in', async () => {
    const { scaler, column } = await prepare([(i) => i])
    expect(scaler.input.mean[0]).toBe(29.5)
    expect(scaler.input.std[0]).toBeCloseTo((44.25 - 14.75) / 1.349, 9)
    const z = (80 - 29.5) / scaler.input.std[0]!
    expect(column(0)[80]).toBeCloseTo(3 * Math.tanh(z / 3), 5)
  })

  it('is not moved by values that are wrong, nor lets them through', async () => {
    const sound = await prepare([(i) => i])
    const wrong = await prepare([(i) => (i === 7 ? 1e12 : i)])
    expect(wrong.scaler.input.std[0]! / sound.scaler.input.std[0]!).toBeCloseTo(1, 1)
    expect(wrong.column(0)[7]).toBe(3)
    expect(Math.max(...wrong.column(0).map(Math.abs))).toBe(3)
  })

  it('goes by mean and deviation where quartiles say nothing', async () => {
    const { scaler } = await prepare([(i) => i % 2, (i) => (i % 10 === 0 ? i : 0), () => 5])
    expect(scaler.input.mean).toEqual([0.5, 2.5, 5])
    expect(scaler.input.std[0]).toBe(0.5)
    expect(scaler.input.std[1]).toBeCloseTo(
      Math.sqrt((10 ** 2 + 20 ** 2 + 30 ** 2 + 40 ** 2 + 50 ** 2) / 60 - 2.5 ** 2),
      9,
    )
    expect(scaler.input.std[2]).toBe(1)
  })

  it('is for tables; a configuration says what it came to', async () => {
    const table = await prepare([(i) => i])
    expect(withScaling(table.config, table).data.scaling).toBe('robust')
    const standard = await prepare([(i) => i], { scaling: 'standard' })
    expect(withScaling(standard.config, standard).data.scaling).toBe('standard')
    expect(standard.scaler.bend).toBeUndefined()
    const series = await prepare([(i) => i], { kind: 'series', task: 'forecasting', window: 3, horizon: 1 })
    expect(series.scaler.bend).toBeUndefined()
    expect(withScaling(series.config, series).data.scaling).toBe('standard')
  })

  it('is refused for a forecast that goes on from its last value', async () => {
    const data = { kind: 'series', task: 'forecasting', window: 3, horizon: 1, scaling: 'robust' }
    expect(await rejection(prepare([(i) => i], data))).toBe(
      'config.data.scaling: expected standard for a forecast, which goes on from the last value of its series, got robust',
    )
  })
})
