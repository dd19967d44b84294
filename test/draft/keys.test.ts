import { describe, expect, it } from 'vitest'
import { drafted, file, lines } from './helper.js'

/** Rows of `a`, `b` and the target `y`. */
const withCells = (name: string, b: (i: number) => string | number, rows = 100) =>
  file(name, `a,b,y\n${lines(rows, (i) => `${(i * 7) % 23}.5,${b(i)},${(i * 37) % 17}.5`)}`)

const droppedWhy = async (name: string, b: (i: number) => string | number, rows?: number) => {
  const { data, whys } = await drafted(withCells(name, b, rows), { target: 'y' })
  const why = whys.find((each) => each.startsWith('data.drop'))
  expect(data.drop).toEqual(why === undefined ? undefined : ['b'])
  return why?.slice('data.drop: '.length)
}

/** Numbers from 0 to 100 in an order like that of chance. */
const shuffled = (i: number) => (i * 37 + 11) % 101

describe('a draft leaves out', () => {
  it.each([
    [
      'numbers from 1000 in tens',
      (i: number) => 1000 + 10 * i,
      'b (it counts the rows from 1000 in steps of 10)',
    ],
    [
      'seconds of a clock, rounded',
      (i: number) => (i / 30).toFixed(3),
      'b (it counts the rows from 0 in steps of 0.0333333)',
    ],
    ['numbers that fall', (i: number) => 500 - i, 'b (it counts the rows from 500 in steps of -1)'],
    [
      'numbers with gaps',
      (i: number) => 5000 + i + Math.floor(i / 9),
      'b (it rises with the rows, whole and different in each)',
    ],
    ['numbers in any order', shuffled, 'b (a key by its numbers, whole and different in each row)'],
  ])('%s', async (name, b, why) => {
    expect(await droppedWhy(`${name.replaceAll(/\W/g, '-')}.csv`, b)).toBe(why)
  })
})

describe('a draft keeps', () => {
  it.each([
    ['a measurement that is sorted', (i: number) => (20 + Math.sqrt(i)).toFixed(2), 100],
    ['whole numbers that are sorted and repeat', (i: number) => Math.floor(i / 3) + 20, 100],
    ['whole numbers far apart', (i: number) => (i * i * 7919) % 1_000_003, 100],
    ['numbers with decimals, all different', (i: number) => `${shuffled(i)}.25`, 100],
    ['steps of a trial with few rows', (i: number) => 5 * i, 20],
    ['a missing cell among numbers', (i: number) => (i === 50 ? '' : shuffled(i)), 100],
  ])('%s', async (name, b, rows) => {
    expect(await droppedWhy(`${name.replaceAll(/\W/g, '-')}.csv`, b, rows)).toBeUndefined()
  })

  it('numbers like these where nothing else could be an input, but no row numbers', async () => {
    const curve = file('curve.csv', `dose,y\n${lines(60, (i) => `${10 * i},${Math.sin(i)}`)}`)
    expect((await drafted(curve, { target: 'y' })).dataset.features).toEqual(['dose'])
    const both = file('both.csv', `id,rank,y\n${lines(60, (i) => `${i + 1},${(i * 7) % 61},${Math.sin(i)}`)}`)
    const { data, dataset } = await drafted(both, { target: 'y' })
    expect(dataset.features).toEqual(['rank'])
    expect(data.drop).toEqual(['id'])
  })

  it('a meter of a forecast, which rises with the rows', async () => {
    const path = file('meter.csv', `meter,y\n${lines(200, (i) => `${3 * i + (i % 3)},${Math.sin(i)}`)}`)
    expect((await drafted(path, { target: 'y', horizon: 2 })).data).not.toHaveProperty('drop')
    expect((await drafted(path, { target: 'y' })).dataset.features).toEqual(['meter'])
  })
})

describe('codes with zeros in front', () => {
  it.each([
    [
      'all of one width',
      (i: number) => ['01067', '80331', '50667', '20095'][i % 4]!,
      ['01067', '20095', '50667', '80331'],
    ],
    ['of several widths', (i: number) => ['007', '0100', '42'][i % 3]!, ['007', '42', '0100']],
  ])('are categories: %s', async (name, b, categories) => {
    const { data, dataset, whys } = await drafted(withCells(`${name.replaceAll(' ', '-')}.csv`, b), {
      target: 'y',
    })
    expect(data).toMatchObject({ categorical: ['b'] })
    expect(dataset.features).toEqual(['a', ...categories.map((code) => `b=${code}`)])
    expect(whys).toContain(`data.categorical: b (codes such as ${b(0)})`)
  })

  it('are no codes where one of many numbers has them by a slip', async () => {
    const path = withCells('slip.csv', (i) => (i === 3 ? '07' : i % 30))
    const { data, dataset } = await drafted(path, { target: 'y' })
    expect(data).not.toHaveProperty('categorical')
    expect(dataset.features).toEqual(['a', 'b'])
    expect(dataset.inputs[2 * 3 + 1]).toBe(7)
  })

  it('are classes where they are the target', async () => {
    const path = file(
      'parts.csv',
      `a,y\n${lines(60, (i) => `${(i * 7) % 23}.5,${['007', '0100', '0042'][i % 3]}`)}`,
    )
    expect((await drafted(path, { target: 'y' })).dataset.task).toEqual({
      kind: 'classification',
      classes: ['007', '0042', '0100'],
    })
  })
})
