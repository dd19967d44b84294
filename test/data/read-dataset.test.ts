import { describe, expect, it } from 'vitest'
import { csv, rejection, workplace } from './helpers.js'

const { read } = workplace()
const target = { target: 'y' }

describe('readDataset, tables', () => {
  it('reads numbers, and one-hot categories in sorted order', async () => {
    const data = await read('a,colour,y\n1,red,0.5\n2.5e1,blue,1\n-3,red,2\n', target)
    expect(data.features).toEqual(['a', 'colour=blue', 'colour=red'])
    expect(data.shape).toEqual([3])
    expect([...data.inputs]).toEqual([1, 0, 1, 25, 1, 0, -3, 0, 1])
    expect([...data.targets]).toEqual([0.5, 1, 2])
    expect(data.task).toEqual({ kind: 'regression', outputs: ['y'] })
    expect(data.encoding.columns).toEqual([{ name: 'a' }, { name: 'colour', categories: ['blue', 'red'] }])
  })

  it('one-hot encodes numbers that are listed, in order of value', async () => {
    const data = await read('code,y\n10,0.1\n2,0.2\n2.0,0.3\n', { ...target, categorical: ['code'] })
    expect(data.features).toEqual(['code=2', 'code=10'])
    expect([...data.inputs]).toEqual([0, 1, 1, 0, 1, 0])
  })

  it('takes the target by name, by index, from the end, and several', async () => {
    expect((await read('a,y\n1,0.5\n2,1.5\n', { target: 1 })).task).toEqual({
      kind: 'regression',
      outputs: ['y'],
    })
    const last = await read('7,1\n8,2\n', { target: -1, header: false, task: 'regression' })
    expect([...last.targets]).toEqual([1, 2])
    const two = await read('a,y,z\n1,2,3\n4,5,6\n', { target: ['z', 'y'] })
    expect(two.task).toEqual({ kind: 'regression', outputs: ['z', 'y'] })
    expect([...two.targets]).toEqual([3, 2, 6, 5])
    expect(two.features).toEqual(['a'])
  })

  it('leaves out dropped columns and the key column', async () => {
    const data = await read(
      'id,a,who,y\n1,5,p,0.1\n2,6,q,0.2\n',
      { ...target, drop: ['id'] },
      { by: 'group', column: 'who' },
    )
    expect(data.features).toEqual(['a'])
    expect(data.keys).toEqual(['p', 'q'])
  })

  it('treats −0 as 0', async () => {
    expect(Object.is((await read('a,y\n-0,0.1\n0,0.2\n', target)).inputs[0], 0)).toBe(true)
  })

  it('has a hash of its content', async () => {
    const text = csv('a,y', 6, (i) => [i, i / 2])
    expect((await read(text, target)).hash).toBe((await read(text, target)).hash)
    expect((await read(text, target)).hash).not.toBe(
      (await read(text.replace('3,1.5', '3,1.25'), target)).hash,
    )
    expect((await read(text, target)).hash).not.toBe((await read(text.replace('a,y', 'b,y'), target)).hash)
  })
})

describe('readDataset, the task', () => {
  it('infers it from the target', async () => {
    expect((await read('a,y\n1,yes\n2,no\n', target)).task).toEqual({
      kind: 'classification',
      classes: ['no', 'yes'],
    })
    expect((await read('a,y\n1,10\n2,9.0\n3,10\n', target)).task).toEqual({
      kind: 'classification',
      classes: ['9', '10'],
    })
    expect(
      (
        await read(
          csv('a,y', 200, (i) => [i, i % 20]),
          target,
        )
      ).task.kind,
    ).toBe('classification')
    expect(
      (
        await read(
          csv('a,y', 199, (i) => [i, i % 20]),
          target,
        )
      ).task.kind,
    ).toBe('regression')
    expect((await read('a,y\n1,1.5\n2,2\n', target)).task.kind).toBe('regression')
  })

  it('takes it as given', async () => {
    expect((await read('a,y\n1,1\n2,2\n', { ...target, task: 'regression' })).task.kind).toBe('regression')
    const data = await read('a,y\n1,2\n2,x\n3,2\n', { ...target, task: 'classification' })
    expect(data.task).toEqual({ kind: 'classification', classes: ['2', 'x'] })
    expect([...data.targets]).toEqual([0, 1, 0])
  })

  it('keeps codes with leading zeros apart', async () => {
    expect((await read('a,y\n1,007\n2,7\n', { ...target, task: 'classification' })).task).toMatchObject({
      classes: ['007', '7'],
    })
  })
})

describe('readDataset, missing cells', () => {
  const text = 'a,c,y\n1,p,0.1\nNA,,0.2\n3,p,0.3\n4,q,\n'

  it('refuses by default, naming line and column', async () => {
    expect(await rejection(read('a,y\n1,0.1\n\n?,0.2\n', target))).toBe(
      'a.csv line 4, column "a": expected a value, got "?"; config.data.missing says what is done about missing cells',
    )
    expect(await rejection(read('a,y\n1,0.1\n2,\n', target))).toBe(
      'a.csv line 3, column "y": expected a target, got an empty cell; under another policy of config.data.missing a row without a target is left out',
    )
  })

  it.each(['', 'NA', 'N/A', 'NaN', 'nan', '?', 'null'])('knows %j as missing', async (cell) => {
    expect(
      (await read(`a,b,y\n1,${cell},0.1\n2,4,0.2\n`, { ...target, missing: 'mean' })).inputs[1],
    ).toBeNaN()
  })

  it('drops incomplete rows', async () => {
    const data = await read(text, { ...target, missing: 'drop-row' })
    expect([...data.inputs]).toEqual([1, 1, 3, 1])
    expect(data.cleaning).toEqual({ missing: { a: 1, c: 1 }, leftOut: 2 })
  })

  it('keeps NaN to be filled, and leaves out rows without a target', async () => {
    const data = await read(text, { ...target, missing: 'median' })
    expect(data.features).toEqual(['a', 'c=p'])
    expect([...data.inputs]).toEqual([1, 1, NaN, NaN, 3, 1])
  })

  it('adds an indicator to columns that need one', async () => {
    const data = await read('a,b,c,y\n1,5,p,0.1\nNA,6,,0.2\n3,7,q,0.3\n', { ...target, missing: 'indicator' })
    expect(data.features).toEqual(['a', 'a missing', 'b', 'c=p', 'c=q', 'c missing'])
    expect([...data.inputs]).toEqual([1, 0, 5, 1, 0, 0, NaN, 1, 6, NaN, NaN, 1, 3, 0, 7, 0, 1, 0])
  })

  it('refuses a data set of which nothing is left, and columns without any value', async () => {
    expect(await rejection(read('a,b,y\n,1,0.1\n2,,0.2\n', { ...target, missing: 'drop-row' }))).toBe(
      'a.csv: expected rows without missing cells, got none (data.missing: drop-row)',
    )
    expect(await rejection(read('a,b,y\n1,,0.1\n2,,0.2\n', { ...target, missing: 'mean' }))).toBe(
      'a.csv, column "b": expected values, got only missing cells; drop it with config.data.drop',
    )
  })
})

describe('readDataset, keys', () => {
  const time = { by: 'time', column: 't' }

  it('reads numbers and ISO dates as times', async () => {
    expect((await read('t,a,y\n3,1,0.1\n-1.5,2,0.2\n', target, time)).keys).toEqual([3, -1.5])
    const text = 't,a,y\n2020-01-02,1,0.1\n2020-01-01 12:00,2,0.2\n2020-01-01T12:00:00+02:00,3,0.3\n'
    expect((await read(text, target, time)).keys).toEqual([
      Date.UTC(2020, 0, 2),
      Date.UTC(2020, 0, 1, 12),
      Date.UTC(2020, 0, 1, 10),
    ])
  })

  it.each([
    ['with the year last', '31.12.2023,30.12.2023 18:00,01.02.2024'],
    ['with the month first', '12/31/23,12/30/23 6:00 PM,2/1/24'],
    ['with their month by name', '31-Dec-2023,30-Dec-23 18:00,1-Feb-2024'],
    ['with an American month', '"December 31, 2023","Dec. 30, 2023 18:00","Feb 1, 2024"'],
    ['with a German month', '31. Dezember 2023,30. Dez. 2023 18:00,1. Februar 2024'],
  ])('reads dates %s as times', async (_, cells) => {
    const rows = cells.match(/"[^"]*"|[^,]+/g)!.map((cell, i) => `${cell},${i},0.${i + 1}`)
    expect((await read(`t,a,y\n${rows.join('\n')}\n`, target, time)).keys).toEqual([
      Date.UTC(2023, 11, 31),
      Date.UTC(2023, 11, 30, 18),
      Date.UTC(2024, 1, 1),
    ])
  })

  it('refuses other dates and missing keys', async () => {
    expect(await rejection(read('t,a,y\n01/02/2020,1,0.1\n', target, time))).toBe(
      'a.csv line 2, column "t": expected a date whose day can be told from its month, got "01/02/2020"; write it as 2026-03-01, or with points (01.03.2026, the day first), or say it of data.time in data.timeNotation',
    )
    expect(await rejection(read('t,a,y\n2020-13-01,1,0.1\n', target, time))).toMatch(
      /expected a time: a number, an ISO date/,
    )
    expect(await rejection(read('t,a,y\n,1,0.1\n', target, time))).toBe(
      'a.csv line 2, column "t": expected a time, got an empty cell',
    )
    expect(await rejection(read('t,a,y\n?,1,0.1\n', target, { by: 'group', column: 't' }))).toBe(
      'a.csv line 2, column "t": expected a group, got "?"',
    )
  })
})

describe('readDataset, images', () => {
  const image = { height: 2, width: 2 }

  it('reads a row of pixels as an image', async () => {
    const data = await read('0,1,2,3,p\n4,5,6,7,q\n', { target: -1, header: false, image })
    expect(data.shape).toEqual([2, 2, 1])
    expect(data.features).toEqual(['channel 0'])
    expect([...data.inputs]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(data.encoding).toMatchObject({
      kind: 'images',
      file: { options: { header: false }, targets: ['4'] },
    })
  })

  it('refuses another number of pixels, and an indicator', async () => {
    expect(await rejection(read('0,1,2,p\n4,5,6,q\n', { target: -1, header: false, image }))).toBe(
      'config.data.image: expected 2×2×1 = 4 pixel columns in a.csv, got 3',
    )
    const data = { target: -1, header: false, image, missing: 'indicator' }
    expect(await rejection(read('0,1,2,3,p\n4,5,6,,q\n', data))).toBe(
      'config.data.missing: expected another policy for images (an indicator would be one more pixel), got "indicator"',
    )
  })
})
