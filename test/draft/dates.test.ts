import { describe, expect, it } from 'vitest'
import { drafted, file, lines } from './helper.js'

const day = (i: number, from = Date.UTC(2024, 0, 1)) =>
  new Date(from + 86_400_000 * i).toISOString().slice(0, 10)

/** Rows of a date, a number and the target. */
const withDates = (name: string, when: (i: number) => string, rows = 120) =>
  file(name, `when,a,y\n${lines(rows, (i) => `${when(i)},${(i * 7) % 23}.5,${(i * 37) % 17}.5`)}`)

describe('a draft of a table with dates', () => {
  it.each([
    ['days of one year', (i: number) => day(i), ['month', 'weekday', 'days'], '2024-01-01 to 2024-04-29'],
    [
      'days of several years, out of order',
      (i: number) => day((i * 41) % 1000),
      ['year', 'month', 'weekday', 'days'],
      '2024-01-01 to 2026-09-20',
    ],
    [
      'firsts of months',
      (i: number) => `${2020 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, '0')}-01`,
      ['year', 'month', 'days'],
      '2020-01-01 to 2029-12-01',
    ],
    [
      'hours of a day',
      (i: number) => `24.12.2023 ${String(i % 24).padStart(2, '0')}:30`,
      ['hour'],
      '2023-12-24 to 2023-12-24',
    ],
    [
      'minutes of a year',
      (i: number) => `${day(3 * i)} 0${i % 10}:15`,
      ['month', 'weekday', 'hour', 'days'],
      '2024-01-01 to 2024-12-23',
    ],
    [
      'months first',
      (i: number) => `${1 + (i % 3)}/${1 + (i % 28)}/2024`,
      ['month', 'weekday', 'days'],
      '2024-01-01 to 2024-03-28',
    ],
  ])('takes the parts that vary, of %s', async (name, when, parts, range) => {
    const { data, dataset, whys } = await drafted(
      withDates(`${name.split(' ')[0]}-${name.length}.csv`, when),
      { target: 'y' },
    )
    expect(data.dates).toEqual({ when: parts })
    expect(data).not.toHaveProperty('drop')
    const said = whys.find((why) => why.startsWith('data.dates'))
    expect(said).toContain(`data.dates: dates become numbers: when (${range}: ${parts.join(', ')})`)
    expect(dataset.features[0]).toBe('a')
    expect(dataset.features.at(-1)).toBe(`when ${parts.at(-1) === 'hour' ? 'hour cos' : 'days'}`)
  })

  it('says that a test at random lies between the rows, where these stand in order of time', async () => {
    const said = async (name: string, when: (i: number) => string) =>
      (await drafted(withDates(name, when), { target: 'y' })).whys.find((why) => why.startsWith('data.dates'))
    const remedy = 'with split: { by: time, column: when } it is on the last ones'
    expect(await said('order.csv', (i) => day(i))).toContain(remedy)
    expect(await said('machines.csv', (i) => day(i % 40))).toContain(remedy)
    expect(await said('recorder.csv', (i) => day(Math.floor(i / 4)))).toContain(remedy)
    expect(await said('mixed.csv', (i) => day((i * 41) % 120))).not.toContain(remedy)
    const { splits } = await drafted(
      withDates('again.csv', (i) => day(i)),
      { target: 'y' },
    )
    expect(splits.train.length).toBe(72)
  })

  it('takes numbers for dates where their size and the name of their column say so', async () => {
    const named = async (name: string, cell: (i: number) => number) => {
      const path = file(
        'unix.csv',
        `${name},a,y\n${lines(120, (i) => `${cell(i)},${(i * 7) % 23}.5,${(i * 37) % 17}.5`)}`,
      )
      return (await drafted(path, { target: 'y' })).data
    }
    // The first is the 22nd of January 2001.
    const parts = ['month', 'weekday', 'days']
    expect((await named('date', (i) => 11344 + i)).dates).toEqual({ date: parts })
    expect((await named('created_at', (i) => 980_121_600 + 86_400 * i)).dates).toEqual({ created_at: parts })
    expect(await named('weight', (i) => 11344 + i)).toMatchObject({ drop: ['weight'] })
    expect(await named('date', (i) => 1 + ((i * 7) % 31))).not.toHaveProperty('dates')
    expect(await named('update', (i) => 11344 + i)).toMatchObject({ drop: ['update'] })
    expect(await named('heat', (i) => 980_121_600 + 86_413 * ((i * i) % 97))).not.toHaveProperty('dates')
  })

  it('fills dates that are missing, with one indicator', async () => {
    const path = withDates('gaps.csv', (i) => (i % 9 === 4 ? '' : day(i)))
    const { data, dataset } = await drafted(path, { target: 'y' })
    expect(data).toMatchObject({ missing: 'indicator', dates: { when: ['month', 'weekday', 'days'] } })
    expect(dataset.features.filter((name) => name.endsWith('missing'))).toEqual(['when month sin missing'])
  })

  it.each([
    ['a day that cannot be told from its month', (i: number) => `0${1 + (i % 9)}/0${1 + (i % 3)}/2024`],
    ['a word among dates', (i: number) => (i === 7 ? 'spring' : day(i))],
    ['numbers of days', (i: number) => `2024-${i}`],
  ])('takes no dates of %s', async (name, when) => {
    const { data } = await drafted(withDates(`${name.split(' ')[1]}.csv`, when), { target: 'y' })
    expect(data).not.toHaveProperty('dates')
  })

  it('leaves out dates that are all the same, that are dropped, or empty wherever the target is known', async () => {
    const same = await drafted(
      withDates('same.csv', () => '2024-05-05'),
      { target: 'y' },
    )
    expect(same.data.drop).toEqual(['when'])
    const dropped = await drafted(withDates('dropped.csv', day), { target: 'y', drop: 'when' })
    expect(dropped.data).not.toHaveProperty('dates')
    const path = file(
      'unknown.csv',
      `when,a,y\n${lines(80, (i) => `${i % 2 ? day(i) : ''},${i % 9}.5,${i % 2 ? '' : i / 7}`)}`,
    )
    const unknown = await drafted(path, { target: 'y' })
    expect(unknown.data).toMatchObject({ drop: ['when'] })
    expect(unknown.data).not.toHaveProperty('dates')
  })
})
