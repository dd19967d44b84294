import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { tableOf } from '../../src/data/content.js'
import { encodeContent } from '../../src/data/encode-content.js'
import { splitRows } from '../../src/data/split.js'
import { rejection, workplace } from './helpers.js'

const { read, config } = workplace()
const series = { target: 'y', window: 3, horizon: 2, seriesBy: 'unit', time: 't' }

describe('several series in one file', () => {
  it('no window or target crosses a series or a gap, whatever the order of rows', async () => {
    for (let seed = 0; seed < 25; seed++) {
      const random = randomSource(seed).stream('table')
      const rows: string[] = []
      const known = new Set<number>()
      for (let unit = 0; unit < 4; unit++)
        for (let t = 0; t < 30; t++) {
          if (random.uniform() < 0.1) continue
          // The value says unit and time, so that a window tells where it was cut.
          known.add(unit * 1000 + t)
          rows.push(`m${unit},${10 * t},${unit * 1000 + t}`)
        }
      const shuffled = [...random.permutation(rows.length)].map((i) => rows[i]!)
      const data = await read(`unit,t,y\n${shuffled.join('\n')}\n`, series)
      const expected = [...known].filter((at) => [1, 2, 3, 4].every((k) => known.has(at + k)))
      const found = Array.from({ length: data.rows }, (_, row) => [
        ...data.inputs.subarray(3 * row, 3 * row + 3),
      ])
      for (const [row, [first, ...others]] of found.entries()) {
        expect(others).toEqual([first! + 1, first! + 2])
        expect(data.targets[row]).toBe(first! + 4)
      }
      expect(found.map(([first]) => first!).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))
    }
  })

  const text = `unit,t,y\n${['a', 'b'].flatMap((unit) => Array.from({ length: 20 }, (_, i) => `${unit},2026-01-01 ${String(i).padStart(2, '0')}:00,${i}`)).join('\n')}\n`

  it('splits each series by time, or whole series apart', async () => {
    const data = await read(text, { ...series, window: 1, horizon: 1 })
    const parts = splitRows(data, config({}, { equal: 'apart' }).split, 0)
    expect([...parts.test].map((row) => data.targets[row])).toEqual([17, 18, 19, 17, 18, 19])
    const apart = { by: 'group', train: 0.5, validation: 0, test: 0.5, equal: 'apart' }
    const own = await read(text, { ...series, window: 1, horizon: 1 }, apart)
    const whole = splitRows(own, config(series, apart).split, 0)
    expect(new Set([...whole.train].map((row) => own.keys![row])).size).toBe(1)
    expect(whole.test.length).toBe(19)
  })

  it('refuses repeated times with the remedy, and says step and gaps', async () => {
    expect(await rejection(read(text, { ...series, seriesBy: undefined }))).toContain(
      'name the column that tells them apart in data.seriesBy',
    )
    expect(await rejection(read(`${text}a,2026-01-01 03:00,5\n`, series))).toBe(
      'a.csv line 42: expected one row for each time of the series a, got a second one for 2026-01-01 03:00, as a.csv line 5 has; drop duplicates, or name a further column in data.seriesBy',
    )
    const gap = await read(text.replace('b,2026-01-01 04:00,4\n', ''), series)
    expect(gap.reading!.facts).toMatchObject({ series: { value: '2' }, step: { value: '1 h' } })
    expect(gap.reading!.notes.join()).toContain('1 gap in 2 series of 39 rows')
  })

  it('cuts new files in the same way, and tells series and times', async () => {
    const { encoding } = await read(text, series)
    const rows = [0, 1, 2, 4].flatMap((t) => [
      ['new', `2026-02-01 0${t}:00`, t],
      ['other', `2026-02-01 0${t}:00`, t],
    ])
    const names = ['unit', 't', 'y']
    const table = tableOf({ name: 'x', unit: 'row', places: rows.map((_, i) => i + 1), names, rows })
    const { inputs, about } = encodeContent(encoding, table)
    expect([...inputs]).toEqual([0, 1, 2, 0, 1, 2])
    expect(about![1]).toEqual({
      unit: 'other',
      t: '2026-02-01 02:00:00',
      't of the forecast': '2026-02-01 04:00:00',
    })
  })

  it('takes months that differ in length for steps, whatever names them, and a month that lacks for a gap', async () => {
    const names = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
    const rows = Array.from({ length: 24 }, (_, i) => `a,1-${names[i % 12]!}-${i < 12 ? 2023 : 24},${i}`)
    const isoRows = rows.map((row, i) =>
      row.replace(/1-.*-\d+/, `${i < 12 ? 2023 : 2024}-${String(1 + (i % 12)).padStart(2, '0')}`),
    )
    for (const own of [rows, isoRows]) {
      const whole = await read(`unit,t,y\n${own.join('\n')}\n`, series)
      expect(whole.rows).toBe(20)
      expect(whole.reading!.facts).toMatchObject({ step: { value: '1 month' } })
      const lacking = await read(`unit,t,y\n${own.filter((_, i) => i !== 12).join('\n')}\n`, series)
      expect(lacking.reading!.notes.join()).toContain('1 gap in 1 series')
      // 12 and 11 months lie before and behind the gap.
      expect(lacking.rows).toBe(8 + 7)
    }
  })

  it('reads the hour that a change of clocks leaves out as a gap, unless times have their zone', async () => {
    // Berlin, 31 March 2024: 01:00 is followed by 03:00.
    const hours = [...Array(24).keys()].filter((hour) => hour !== 2)
    const at = (hour: number, zone = '') => `31.03.2024 ${String(hour).padStart(2, '0')}:00${zone}`
    const local = await read(`t,y\n${hours.map((h) => `${at(h)},${h}`).join('\n')}\n`, {
      ...series,
      seriesBy: undefined,
    })
    expect(local.reading!.notes.join()).toContain('1 gap in 1 series')
    const zoned = await read(
      `t,y\n${hours.map((h) => `${at(h, h < 2 ? '+01:00' : '+02:00')},${h}`).join('\n')}\n`,
      { ...series, seriesBy: undefined },
    )
    expect(zoned.reading!.notes.join()).not.toContain('gap')
    expect([local.rows, zoned.rows]).toEqual([21 - 4, 23 - 4])
  })

  it('says how times are written where cells do not tell, and numbers stay numbers without it', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `05/${String(i + 1).padStart(2, '0')}/2024,${i}`)
    const one = { ...series, seriesBy: undefined }
    const text = `t,y\n${rows.join('\n')}\n`
    expect(await rejection(read(text, one))).toContain('say it of data.time in data.timeNotation')
    const dayFirst = await read(text, { ...one, timeNotation: 'day-first' })
    expect(dayFirst.reading!.facts).toMatchObject({ step: { value: '1 month' } })
    const monthFirst = await read(text, { ...one, timeNotation: 'month-first' })
    expect(monthFirst.reading!.facts).toMatchObject({ step: { value: '1 d' } })

    const days = [...Array(10).keys()].map((i) => new Date(Date.UTC(2024, 1, 25 + i)).toISOString())
    const compact = `t,y\n${days.map((day, i) => `${day.slice(0, 10).replaceAll('-', '')},${i}`).join('\n')}\n`
    expect((await read(compact, one)).reading!.notes.join()).toContain('1 gap')
    const read8 = await read(compact, { ...one, timeNotation: 'compact' })
    expect(read8.reading!.notes.join()).not.toContain('gap')
    expect(read8.rows).toBe(6)
    expect(read8.encoding.series).toMatchObject({ notation: 'compact', every: 86_400_000 })
    const bad = compact.replace('20240229', '20240230')
    expect(await rejection(read(bad, { ...one, timeNotation: 'compact' }))).toContain(
      'expected a day of eight digits, as 20260301, got "20240230"',
    )
  })
})
