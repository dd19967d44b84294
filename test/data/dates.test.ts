import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { dateNumber, type DateNumber } from '../../src/data/date-parts.js'
import { encodeContent } from '../../src/data/encode-content.js'
import { tableOf } from '../../src/data/content.js'
import { prepareData } from '../../src/data/prepare.js'
import { encodeRecords } from '../../src/data/records.js'
import { rowStatuses, statusForm } from '../../src/data/row-status.js'
import { csv, rejection, workplace } from './helpers.js'

const { folder, write, config, read } = workplace()

const all = ['year', 'month', 'weekday', 'hour', 'days']

/** 60 rows of a date in April to June 2024, a number and a target. */
const april = csv('day,a,y', 60, (i) => [
  new Date(Date.UTC(2024, 3, 1 + i)).toISOString().slice(0, 10),
  i % 7,
  i / 3 + 1,
])

test('a date has the numbers of its calendar and its clock', () => {
  // The 29th of February 2024, a Thursday, at 6 in the morning; the 31st of December 1969, a Wednesday, at 18:00.
  const [leap, before] = [Date.UTC(2024, 1, 29, 6), Date.UTC(1969, 11, 31, 18)]
  const expected: readonly (readonly [DateNumber, number, number])[] = [
    ['year', 2024, 1969],
    ['month sin', 0.5, -0.5],
    ['month cos', 0.866025, 0.866025],
    ['weekday sin', 0.433884, 0.974928],
    ['weekday cos', -0.900969, -0.222521],
    ['hour sin', 1, -1],
    ['hour cos', 0, 0],
    ['days', 59.25, -19723.25],
  ]
  for (const [part, first, second] of expected) {
    const number = dateNumber({ part, from: '2024-01-01' })
    expect(number(leap), part).toBeCloseTo(first, 6)
    expect(number(before), part).toBeCloseTo(second, 6)
  }
})

test('its numbers stand behind the columns of the file, and days count from the first', async () => {
  const rows = ['02.03.2024 12:00,1,u,5', '01.03.2024 18:00,2,v,6', '31.12.2025 00:00,3,u,7']
  const { features, inputs, encoding, reading } = await read(`day,a,b,y\n${rows.join('\n')}\n`, {
    target: 'y',
    task: 'regression',
    dates: { day: ['year', 'days'] },
  })
  expect(features).toEqual(['a', 'b=u', 'b=v', 'day year', 'day days'])
  expect([...inputs]).toEqual([1, 1, 0, 2024, 1.5, 2, 0, 1, 2024, 0.75, 3, 1, 0, 2025, 670])
  expect(encoding.file?.names).toEqual(['day', 'a', 'b', 'y'])
  expect(encoding.columns.slice(2)).toEqual([
    { name: 'day year', date: { column: 'day', part: 'year', notation: 'day-first' } },
    { name: 'day days', date: { column: 'day', part: 'days', notation: 'day-first', from: '2024-03-01' } },
  ])
  expect(reading?.columns?.[0]).toEqual({
    name: 'day',
    role: 'input',
    kind: 'date',
    why: 'config.data.dates: year, days',
  })
})

test('days of eight digits, named months and short years are dates', async () => {
  const options = { target: 'y', dates: { day: ['days'] } }
  const daysOf = async (cells: readonly (string | number)[]) => {
    const data = await read(`day,y\n${cells.map((cell, i) => `${cell},${i + 0.5}`).join('\n')}\n`, options)
    return [...data.inputs]
  }
  expect(await daysOf([20240228, 20240301, 20250228])).toEqual([0, 2, 366])
  expect(await daysOf(['28.02.24', '01.03.24', '28.02.25'])).toEqual([0, 2, 366])
  expect(await daysOf(['28-Feb-1999', '1-Mär-1999', '28. Februar 2000'])).toEqual([0, 1, 365])
  // POSIX: 68 is 2068, 69 is 1969. The days between are Python's: date(2068, 12, 31) - date(1969, 12, 31).
  expect(await daysOf(['31.12.68', '31.12.69'])).toEqual([36_160, 0])
  expect(await rejection(read('day,y\n28-Foo-2024,1.5\n28-Foo-2024,2.5\n', options))).toContain(
    'expected a date',
  )
  expect(await rejection(read('day,y\n24-02-05,1.5\n24-02-06,2.5\n', options))).toContain('expected a date')
})

test('the clock is read as it is written, whatever the zone behind it', async () => {
  const { inputs } = await read('at,y\n2024-01-01T06:00:00+02:00,1.5\n2024-01-01T18:00Z,2.5\n', {
    target: 'y',
    dates: { at: ['hour', 'days'] },
  })
  ;[1, 0, 0.25, -1, 0, 0.75].forEach((value, i) => expect(inputs[i]).toBeCloseTo(value, 10))
})

test('a date whose day cannot be told from its month is none', async () => {
  write(april)
  const { encoding } = await read(april, { target: 'y', missing: 'median', dates: { day: ['days'] } })
  const days = ['05.06.2024', '05/06/2024', '5-6-2024', '2024/06/05', '2024-06-31']
  const rows = days.map((day) => [day, 1])
  const table = tableOf({
    name: 'new',
    unit: 'row',
    places: days.map((_, i) => i + 1),
    names: ['day', 'a'],
    rows,
  })
  // The fifth of June is 65 days after the first of April.
  expect([...encodeContent(encoding, table).inputs]).toEqual([1, 65, 1, NaN, 1, NaN, 1, 65, 1, NaN])
  const monthFirst = {
    ...encoding.columns[1]!,
    date: { ...encoding.columns[1]!.date!, notation: 'month-first' as const },
  }
  const known = { ...encoding, columns: [encoding.columns[0]!, monthFirst] }
  expect([...encodeContent(known, table).inputs.slice(0, 4)]).toEqual([1, 65, 1, 35])
})

test.each([
  ['days', [19782, 19783.0, 19790], [0, 1, 8]],
  ['seconds', [1709208000, 1709208000.5, 1709294400], [0.5, 0.5 + 0.5 / 86_400, 1.5]],
  ['milliseconds', [1709208000000, 1709208000500, 1709294400000], [0.5, 0.5 + 0.5 / 86_400, 1.5]],
])('%s since 1970 are dates', async (_, cells, days) => {
  const { encoding, inputs } = await read(`at,y\n${cells.map((cell, i) => `${cell},${i}.5`).join('\n')}\n`, {
    target: 'y',
    missing: 'median',
    dates: { at: ['days'] },
  })
  days.forEach((day, i) => expect(inputs[i]).toBeCloseTo(day, 8))
  // The 29th of February 2024 was day 19,782.
  expect(encoding.columns[0]?.date?.from).toBe('2024-02-29')
  const table = tableOf({
    name: 'new',
    unit: 'row',
    names: ['at'],
    places: [1, 2],
    rows: [[cells[2]!], ['2024-03-01']],
  })
  const again = encodeContent(encoding, table)
  expect(again.inputs[0]).toBeCloseTo(days[2]!, 8)
  expect(again.inputs[1]).toBeNaN()
})

test('a clock of twelve hours is read', async () => {
  const clocks = [
    '12:00 AM',
    '6:00 am',
    '12:00 PM',
    '6:00 p.m.',
    '11:59:30 PM',
    '06:00',
    '13:00 PM',
    '0:30 AM',
  ]
  const rows = clocks.slice(0, 6).map((clock, i) => `3/${14 + i}/2024 ${clock},${i}.5`)
  const { encoding, inputs } = await read(`at,y\n${rows.join('\n')}\n`, {
    target: 'y',
    missing: 'median',
    dates: { at: ['days'] },
  })
  const hours = [0, 6, 12, 18, 24 - 1 / 120, 6]
  hours.forEach((hour, i) => expect(inputs[i]).toBeCloseTo(i + hour / 24, 10))
  const table = tableOf({
    name: 'new',
    unit: 'row',
    names: ['at'],
    places: [1, 2],
    rows: clocks.slice(6).map((clock) => [`3/14/2024 ${clock}`]),
  })
  expect([...encodeContent(encoding, table).inputs]).toEqual([NaN, NaN])
})

test('a missing date is one gap: one indicator, and one cell in the count; words of data.missingValues are gaps', async () => {
  const text = april.replace('2024-04-03', '-').replace('2024-04-09', '')
  const { features, inputs, cleaning } = await read(text, {
    target: 'y',
    dates: { day: ['weekday', 'days'] },
    missing: 'indicator',
    missingValues: ['-', 0],
  })
  expect(features).toEqual([
    'a',
    'a missing',
    'day weekday sin',
    'day weekday sin missing',
    'day weekday cos',
    'day days',
  ])
  expect(cleaning?.missing).toEqual({ a: 9, day: 2 })
  expect([...inputs.subarray(2 * 6 + 2, 3 * 6)]).toEqual([NaN, 1, NaN, NaN])
  // The first day is 0 days after itself, which is no gap: the words are those of the file.
  expect(inputs[5]).toBe(0)
  const dropped = await read(text, {
    target: 'y',
    dates: { day: ['days'] },
    missing: 'drop-row',
    missingValues: { day: ['-'] },
  })
  expect(dropped.rows).toBe(58)
})

test('data.test does not decide from which day days count', async () => {
  write(
    csv('day,a,y', 3, (i) => [`2020-01-0${i + 1}`, i, i / 2]),
    'test.csv',
  )
  const { encoding, inputs, test } = await read(april, {
    target: 'y',
    dates: { day: ['days'] },
    test: { file: 'test.csv' },
  })
  expect(encoding.columns.at(-1)?.date?.from).toBe('2024-04-01')
  expect(test).toEqual([60, 61, 62])
  expect(inputs[2 * 60 + 1]).toBe(-(4 * 365 + 1 + 31 + 29 + 31))
})

test.each([
  [
    { dates: { when: ['days'] } },
    'config.data.dates: expected a column of a.csv, got "when"; its columns are day, a, y',
  ],
  [{ dates: { y: ['days'] } }, 'config.data.dates: expected no column of data.target, got "y"'],
  [
    { dates: { day: ['days'] }, drop: ['day'] },
    'config.data.dates: expected no column of data.drop, got "day"',
  ],
  [{ dates: { a: ['days'] } }, 'a.csv line 2, column "a": expected a date such as 2026-03-01 06:00'],
  [{ dates: { day: ['days'] }, window: 3 }, 'config.data.dates: only for kind table, got kind series'],
  [
    { dates: { day: ['century'] } },
    'config.data.dates.day.0: expected one of year, month, weekday, hour, days',
  ],
  [{ dates: { day: [] } }, 'config.data.dates.day'],
])('%j is refused', async (data, expected) => {
  expect(await rejection(Promise.resolve().then(() => read(april, { target: 'y', ...data })))).toContain(
    expected,
  )
})

test('a file without a header has its date where it was, and one with arrays has none', async () => {
  const rows = april.split('\n').slice(1).join('\n')
  const { encoding } = await read(rows, { target: 2, header: false, dates: { 0: ['days'] } })
  write('2024-04-05,3\n', 'new.csv')
  expect([...(await encodeRecords(encoding, join(folder, 'new.csv'))).inputs]).toEqual([3, 4])
  write('2024-04-05,3,9.5\n', 'whole.csv')
  expect([...(await encodeRecords(encoding, join(folder, 'whole.csv'))).inputs]).toEqual([3, 4])
})

test('statuses: no date, missing, and outside by year and days alone', async () => {
  write(april)
  const { data, ...rest } = config({ target: 'y', missing: 'median', dates: { day: all } }, { by: 'random' })
  const prepared = await prepareData({ data: { ...data, file: join(folder, 'a.csv') }, ...rest }, folder)
  const { encoding, features } = prepared.dataset
  const statusesOf = (parts: readonly string[], days: readonly string[]) => {
    const own = {
      ...encoding,
      columns: encoding.columns.filter(
        ({ date }) => !date || parts.some((part) => date.part.startsWith(part)),
      ),
    }
    const kept = features.flatMap((name, i) =>
      encoding.columns.some((column) => column.name === name && own.columns.includes(column)) ? [i] : [],
    )
    const rows = days.map((day) => [day, 3])
    const table = tableOf({
      name: 'new',
      unit: 'row',
      places: days.map((_, i) => i + 1),
      names: ['day', 'a'],
      rows,
    })
    const form = statusForm(
      own,
      kept.map((i) => features[i]!),
      kept.map((i) => prepared.scaler.ranges![i]!),
    )
    return rowStatuses(encodeContent(own, table), form).map(({ text }) => text)
  }
  const outside = 'outside the range of training in day'
  const days = ['2024-04-15', '2027-11-20 23:00', 'soon', '20240415', '']
  const odd = ['no date in day: "soon"', 'no date in day: "20240415"', 'missing day']
  expect(statusesOf(all, days)).toEqual(['ok', outside, ...odd])
  expect(statusesOf(['days'], days)).toEqual(['ok', outside, ...odd])
  expect(statusesOf(['month', 'weekday', 'hour'], days)).toEqual(['ok', 'ok', ...odd])
  expect(checkData(prepared).constant).toEqual(expect.arrayContaining(['day year', 'day hour sin']))
})
