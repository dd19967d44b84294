import { expect, it } from 'vitest'
import { drafted, file, lines } from './helper.js'

const minutes = (i: number) =>
  `2024-03-01 ${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`
const options = { target: 'y', horizon: 2, window: 4 }
const wave = (i: number) => `${Math.sin(i / 5).toFixed(3)},${Math.cos(i / 5).toFixed(3)}`

it('finds the machines of a file whose times repeat, and no window goes over two', async () => {
  // Row by row another machine, as a recorder writes them.
  const path = file(
    'machines.csv',
    `time,machine,x,y\n${lines(300, (i) => `${minutes(Math.floor(i / 3))},m${i % 3},${wave(i)}`)}`,
  )
  const { data, dataset, whys, rivals } = await drafted(path, options)
  expect(data).toMatchObject({ kind: 'series', seriesBy: 'machine', time: 'time' })
  expect(data.drop ?? []).toEqual([])
  expect(rivals).toEqual(['constant', 'persistence', 'seasonal-persistence', 'trees'])
  expect(whys).toContain('data.seriesBy: it names 3 series: in each, every time occurs once')
  // Three times 100 steps: 100 − 4 − 2 + 1 windows with their targets each.
  expect(dataset.rows).toBe(3 * 95)
  expect(dataset.features).toEqual(['x', 'y'])
})

it('sorts a single series by its dates, and knows its gaps', async () => {
  const path = file(
    'one.csv',
    `time,x,y\n${lines(200, (i) => `${minutes(199 - i + (i < 100 ? 30 : 0))},${wave(i)}`)}`,
  )
  const { data, dataset, whys } = await drafted(path, options)
  expect(data).toMatchObject({ time: 'time' })
  expect(data).not.toHaveProperty('seriesBy')
  expect(whys.join()).toContain('data.time: its cells are dates, 2024-03-01 to 2024-03-01; windows end')
  expect(dataset.rows).toBe(2 * 95)
})

it('takes numbers of eight digits for days where all are, and says so', async () => {
  const compact = (i: number) =>
    new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '')
  const path = file('compact.csv', `when,x,y\n${lines(100, (i) => `${compact(i)},${wave(i)}`)}`)
  const { data, dataset, whys } = await drafted(path, options)
  expect(data).toMatchObject({ time: 'when', timeNotation: 'compact' })
  expect(whys.join()).toContain('data.timeNotation: its numbers of eight digits are all days')
  expect(dataset.rows).toBe(95)
  expect(dataset.features).toEqual(['x', 'y'])
  const asked = await drafted(path, { ...options, timeColumn: 'when' })
  expect(asked.data).toMatchObject({ time: 'when', timeNotation: 'compact' })
  // One number that is no day of the calendar, and all are amounts.
  const amounts = file(
    'amounts.csv',
    `when,x,y\n${lines(100, (i) => `${i === 50 ? 20241301 : compact(i)},${wave(i)}`)}`,
  )
  expect((await drafted(amounts, options)).data).not.toHaveProperty('time')
})

it('takes rows for steps where the days of work have a gap each week', async () => {
  const day = (i: number) =>
    new Date(Date.UTC(2024, 0, 1 + Math.floor(i / 5) * 7 + (i % 5))).toISOString().slice(0, 10)
  const path = file('work.csv', `day,x,y\n${lines(200, (i) => `${day(i)},${wave(i)}`)}`)
  const { data, dataset } = await drafted(path, options)
  expect(data).not.toHaveProperty('time')
  expect(dataset.rows).toBe(195)
})

it('refuses times that repeat where no column says whose they are', async () => {
  const path = file('mixed.csv', `time,x,y\n${lines(200, (i) => `${minutes(Math.floor(i / 2))},${wave(i)}`)}`)
  await expect(drafted(path, options)).rejects.toThrow(
    /column "time": expected a time for each row, .*name columns by --series-by, or in data\.seriesBy/,
  )
})

it('does so in each of several series', async () => {
  const day = (i: number) =>
    new Date(Date.UTC(2024, 0, 1 + Math.floor(i / 5) * 7 + (i % 5))).toISOString().slice(0, 10)
  const path = file(
    'shops.csv',
    `day,shop,x,y\n${lines(600, (i) => `${day(i % 300)},s${i < 300 ? 1 : 2},${wave(i)}`)}`,
  )
  const { data, dataset } = await drafted(path, options)
  expect(data).toMatchObject({ seriesBy: 'shop', drop: ['day'] })
  expect(data).not.toHaveProperty('time')
  expect(dataset.rows).toBe(2 * 295)
})

const engines = (name: string, cell: (i: number) => string) =>
  file(name, `engine,cycle,x,y\n${lines(300, (i) => `${cell(i)},${wave(i)}`)}`)

it('finds cycles that count from 1 in each engine, with gaps, and no window goes over two', async () => {
  // 100 rows each; the second engine lacks cycles 51 to 60.
  const path = engines('cycles.csv', (i) => {
    const [engine, k] = [Math.floor(i / 100), (i % 100) + 1]
    return `${engine + 7},${engine === 1 && k > 50 ? k + 10 : k}`
  })
  const { data, dataset, whys } = await drafted(path, options)
  expect(data).toMatchObject({ seriesBy: 'engine', time: 'cycle' })
  expect(whys).toContain(
    'data.time: it rises by one step in each series; windows end where a step is missing',
  )
  // 95 windows an engine, but twice 45 where a gap divides it.
  expect(dataset.rows).toBe(95 + 2 * 45 + 95)
  expect(dataset.features).toEqual(['x', 'y'])
})

it('keeps whole lives apart where ten begin anew, and splits by the calendar where series share one', async () => {
  const lives = async (name: string, count: number, time: (k: number) => string) => {
    const rows = lines(70 * count, (i) => `${Math.floor(i / 70)},${time(i % 70)},${wave(i)}`)
    const { whys } = await drafted(file(name, `engine,at,x,y\n${rows}`), options)
    return whys.filter((why) => why.startsWith('split'))
  }
  const cycle = (k: number) => String(k + 1)
  expect(await lives('ten-lives.csv', 10, cycle)).toEqual([
    'split.by: time begins anew in each of 10 series, so the test is on other series; set split.by to time if new rows continue the same ones',
  ])
  expect(await lives('nine-lives.csv', 9, cycle)).toEqual([])
  expect(await lives('dated.csv', 10, minutes)).toEqual([])
})

it.each([
  ['hours of days', (i: number) => `${Math.floor(i / 24)},${i % 24}`],
  ['numbers that do not rise', (i: number) => `${Math.floor(i / 100)},${(i * 7) % 100}`],
  ['numbers by no step', (i: number) => `${Math.floor(i / 100)},${(i % 100) ** 2}`],
])('takes no %s for series', async (name, cell) => {
  const { data } = await drafted(engines(`${name.replaceAll(' ', '-')}.csv`, cell), options)
  expect(data).not.toHaveProperty('time')
  expect(data).not.toHaveProperty('seriesBy')
})

it('takes the columns that a user names', async () => {
  const path = engines('asked.csv', (i) => `${i % 3},${Math.floor(i / 3)}`)
  const own = { ...options, seriesBy: 'engine', timeColumn: 'cycle' }
  expect((await drafted(path, own)).data).toMatchObject({ seriesBy: 'engine', time: 'cycle' })
  const { data, dataset } = await drafted(path, { ...options, timeColumn: 'cycle' })
  expect(data).toMatchObject({ seriesBy: 'engine', time: 'cycle' })
  expect(dataset.rows).toBe(3 * 95)
  await expect(drafted(path, { ...options, seriesBy: 'motor' })).rejects.toThrow(/--series-by.*motor/)
  await expect(drafted(path, { ...options, timeColumn: 'y' })).rejects.toThrow(
    '--time-column: expected another column than the target, got y',
  )
})
