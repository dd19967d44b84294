import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { rivalTexts } from '../../src/report/rivals.js'
import { checkFit } from '../../src/setup/fit-check.js'
import { persistence } from '../../src/trial/rivals/persistence.js'
import { seasonalPersistence } from '../../src/trial/rivals/seasonal-persistence.js'
import type { TrialRival } from '../../src/trial/rivals/types.js'
import { workplace } from '../data/helpers.js'
import { tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const { read, config } = workplace()
const pause = () => Promise.resolve()

const horizon = 5
const series = { target: 'y', window: 2, horizon, seriesBy: 'unit', time: 't' }
const cycle = [0, 40, 10, 90]
/** A cycle of four steps, and decimals that tell unit and time of each value. */
const valueAt = (unit: number, t: number) => cycle[(t + unit) % 4]! + unit / 10 + t / 100_000

/** Three units of 80 steps, with gaps, as text and as a map. */
function units() {
  const random = randomSource(4).stream('gaps')
  const known = new Map<string, number>()
  const lines: string[] = []
  for (let unit = 0; unit < 3; unit++)
    for (let t = 0; t < 80; t++) {
      if (t > 20 && random.uniform() < 0.04) continue
      known.set(`${unit} ${t}`, valueAt(unit, t))
      lines.push(`m${unit},${t},${valueAt(unit, t)}`)
    }
  return { known, text: `unit,t,y\n${lines.join('\n')}\n` }
}

async function fitted(rival: TrialRival, text: string, data: object) {
  const dataset = await read(text, data)
  const prepared = prepareDataset(dataset, config(data).split, 0)
  const found = await rival.fit({ data: prepared, metric: 'rmse', random: randomSource(0) }, pause)
  const rows = Uint32Array.from({ length: dataset.rows }, (_, row) => row)
  return { dataset, size: found?.size, said: found && Array.from(found.predict(rows)) }
}

describe('persistence', () => {
  it('says the last value of each window, in units of the target', async () => {
    const { text, known } = units()
    const { dataset, said } = await fitted(persistence, text, series)
    expect(said).toEqual(Array.from({ length: dataset.rows }, (_, row) => dataset.inputs[2 * row + 1]))
    expect(said!.every((value) => [...known.values()].includes(value))).toBe(true)
  })

  it('goes back to the last known value where cells are missing', async () => {
    const text = `x,y\n${Array.from({ length: 60 }, (_, i) => `1,${i % 5 === 3 ? '' : i}`).join('\n')}\n`
    const { dataset, said } = await fitted(persistence, text, {
      ...series,
      seriesBy: undefined,
      time: undefined,
      missing: 'mean',
      horizon: 1,
    })
    dataset.spans!.forEach(([, to], row) => {
      const last = to - 2
      expect(said![row]).toBe(last % 5 === 3 ? last - 1 : last)
    })
  })
})

describe('seasonal persistence', () => {
  it('goes back whole seasons within a stretch, beyond the window, and never over a gap or to another unit', async () => {
    const { text, known } = units()
    const { dataset, said, size } = await fitted(seasonalPersistence, text, series)
    expect(size).toMatchObject({ parameters: 0, period: 4 })
    // Five steps ahead is eight back: three before the last row of the window, which has two.
    const counts = { season: 0, last: 0 }
    dataset.targets.forEach((target, row) => {
      const unit = Math.round((target * 10) % 10)
      const t = Math.round(
        (target - cycle[[0, 1, 2, 3].find((i) => Math.floor(target) === cycle[i])!]! - unit / 10) * 100_000,
      )
      const isWhole = Array.from({ length: 9 }, (_, back) => known.has(`${unit} ${t - back}`)).every(Boolean)
      counts[isWhole ? 'season' : 'last'] += 1
      expect(said![row]).toBe(valueAt(unit, t - (isWhole ? 8 : horizon)))
    })
    expect(counts.season).toBeGreaterThan(50)
    expect(counts.last).toBeGreaterThan(10)
  })
})

describe('rivals of forecasts', () => {
  it('are refused for other tasks, with the remedy', () => {
    const data = vectorData()
    const asking = config({ target: 'y', task: 'regression' })
    const { schedule } = trialOf(data, tinyMlp())
    const check = (rivals: readonly string[]) =>
      checkFit({ ...asking, rivals: rivals as typeof asking.rivals & object }, data, schedule)
    expect(() => check(['constant', 'trees'])).not.toThrow()
    expect(() => check(['constant', 'persistence'])).toThrow(
      'config.rivals.1: persistence is for a forecast, whose rows are steps of a series (config.data.window and horizon), got regression; remove it',
    )
    expect(() => check(['seasonal-persistence'])).toThrow('config.rivals.0: seasonal-persistence is for')
  })

  const on = (low: number, high: number) => ({
    interval: [3, 5] as const,
    difference: { value: (low + high) / 2, interval: [low, high] as const },
  })
  const rival = (name: string, validation: object, test: object) => ({
    name,
    validation: 4,
    test: 4.2,
    parameters: 0,
    noise: { validation, test },
  })
  it('say where the data prefer the past, or where the network is no better', () => {
    const behind = rival('persistence', on(0.5, 1.5), on(0.4, 1.6))
    expect(rivalTexts({ metric: 'rmse', rivals: [behind] })).toEqual([
      'this data prefers persistence: its test rmse is 4.2, network minus rival +1 [+0.4, +1.6]',
    ])
    const same = { ...rival('seasonal-persistence', on(-1, 1), on(-0.5, 0.5)), period: 24, season: 'a day' }
    expect(rivalTexts({ metric: 'rmse', rivals: [same] })).toEqual([
      expect.stringMatching(/^the network is not better than seasonal persistence beyond chance: /),
      'seasonal persistence repeats the value of 24 steps before (a day)',
    ])
    const ahead = rival('persistence', on(-2, -1), on(-2, -1))
    expect(rivalTexts({ metric: 'rmse', rivals: [ahead] })).toEqual([])
  })
})
