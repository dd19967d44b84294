import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { draftConfig } from '../../src/draft/draft-config.js'
import { columnsListed } from '../../src/draft/listed.js'
import { drafted, file, folder, lines } from './helper.js'

const decimal = (value: number, places: number): string => value.toFixed(places).replace('.', ',')

describe('a draft of a table that was not made for it', () => {
  it('reads bytes that are not UTF-8, and three decimals beside a decimal comma', async () => {
    const text = `Größe;Gewicht;Preis\n${lines(60, (i) => `${decimal(1 + (i % 7) / 8, 3)};${decimal(i / 9, 2)};${decimal(i / 11, 2)}`)}`
    const { data, dataset, whys } = await drafted(file('latin.csv', Buffer.from(text, 'latin1')), {
      target: 'Preis',
    })
    expect(data).toMatchObject({ encoding: 'windows-1252', decimal: ',' })
    expect(data).not.toHaveProperty('thousands')
    expect(dataset.features).toEqual(['Größe', 'Gewicht'])
    expect(dataset.inputs[2]).toBe(1.125)
    expect(whys).toContain(
      'data.encoding: some bytes are not UTF-8; if letters look wrong, set another encoding',
    )
  })

  it('finds names that have commas', async () => {
    const path = file(
      'commas.csv',
      `"a, b",c,"d,e",y\n${lines(60, (i) => `${i % 7},${i % 5},${i % 3},${i / 7}`)}`,
    )
    const { data } = await drafted(path, { target: 'a, b', drop: 'd,e, c' })
    expect(data).toMatchObject({ target: 'a, b', drop: ['d,e', 'c'] })
    expect(columnsListed(['a', 'b'], 'a,b')).toEqual(['a', 'b'])
    expect(columnsListed(['a, b'], ['a', 'b'])).toEqual(['a', 'b'])
  })

  it.each([
    ['years that name the target', '1990,1991,1992', { target: '1992' }, undefined, '1992'],
    ['numbers and an index', '1.5,2,3', { target: '-1' }, false, '2'],
    ['a text and an index', '5.1,3.5,Iris-setosa', { target: '2' }, false, '2'],
    ['names, one of them a number', 'a,b,2', { target: '2' }, undefined, '2'],
  ])('takes %s in the first line for what they are', async (_, first, options, header, target) => {
    const rows = lines(
      60,
      (i) => `${i % 7}.5,${i % 5}.25,${first.endsWith('setosa') ? `Iris-${i % 3}` : i % 4}`,
    )
    const { data } = await drafted(file('first.csv', `${first}\n${rows}`), options)
    expect(data.header).toBe(header)
    expect(data.target).toBe(target)
  })

  it('leaves out rows without a target, a copy of the target, and nameless keys', async () => {
    const path = file(
      'copy.csv',
      `,a,copy,y\n${lines(60, (i) => {
        const y = i % 9 === 0 ? '' : i / 7
        return `${(i * 37) % 61},${i % 8},${y},${y}`
      })}`,
    )
    const { data, dataset, whys } = await drafted(path, { target: 'y' })
    expect(data).toMatchObject({ drop: ['column 1', 'copy'], missing: 'drop-row' })
    expect(dataset.features).toEqual(['a'])
    expect(whys).toContain('data.drop: column 1 (a key, different in each row), copy (it repeats the target)')
    expect(whys).toContain('data.missing: y has empty cells; rows without a target are left out')
  })
})

/** Rows of `a`, `b` and the target `y`; `a` and `y` are numbers. */
const withCells = (name: string, b: (i: number) => string, rows = 60) =>
  file(name, `a,b,y\n${lines(rows, (i) => `${(i * 7) % 23}.5,${b(i)},${i * 1.5}`)}`)

describe('a draft of columns in which texts stand among numbers', () => {
  it('takes a few of both for categories', async () => {
    const { data, dataset, whys } = await drafted(
      withCells('drive.csv', (i) => ['4', 'f', 'r'][i % 3]!),
      { target: 'y' },
    )
    expect(data).toMatchObject({ categorical: ['b'] })
    expect(dataset.features).toEqual(['a', 'b=4', 'b=f', 'b=r'])
    expect(whys).toContain('data.categorical: b (f among numbers)')
  })

  it('takes codes for categories, and leaves out those that are too many to repeat', async () => {
    const code = (many: number) => (i: number) => (i % 4 === 0 ? `${i % many}A` : `${i % many}`)
    const repeated = await drafted(withCells('station.csv', code(27), 200), { target: 'y' })
    expect(repeated.data).toMatchObject({ categorical: ['b'] })
    const names = await drafted(withCells('flight.csv', code(1000)), { target: 'y' })
    expect(names.data).toMatchObject({ drop: ['b'] })
    expect(names.whys).toContain('data.drop: b (60 different texts in 60 rows)')
  })

  it('leaves a stray text among many numbers to the one who knows the file', async () => {
    const path = withCells('stray.csv', (i) => (i === 40 ? 'about 7' : `${i}.25`))
    await expect(drafted(path, { target: 'y' })).rejects.toThrow(
      /^stray.csv line 42, column "b": expected a number, got "about 7"/,
    )
  })

  it('reads decimal commas and thousands beside whole numbers', async () => {
    const comma = file(
      'half.csv',
      `a;y\n${lines(60, (i) => `${decimal(i / 2, 1).replace(',0', '')};${decimal(i / 4, 2).replace(',00', '')}`)}`,
    )
    const { data, dataset } = await drafted(comma, { target: 'y' })
    expect(data).toMatchObject({ decimal: ',', task: 'regression' })
    expect([...dataset.inputs.slice(0, 3)]).toEqual([0, 0.5, 1])
    const thousands = file('pay.csv', `a;y\n${lines(60, (i) => `${i % 2 ? `1,${100 + i}` : i};${i}.5`)}`)
    const pay = await drafted(thousands, { target: 'y' })
    expect(pay.data).toMatchObject({ thousands: ',' })
    expect([...pay.dataset.inputs.slice(0, 2)]).toEqual([0, 1101])
  })

  it('takes them for classes where they are the target', async () => {
    const path = file('grade.csv', `a,y\n${lines(60, (i) => `${i}.5,${['1', '2', 'none'][i % 3]!}`)}`)
    const { dataset, whys } = await drafted(path, { target: 'y' })
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['1', '2', 'none'] })
    expect(whys).toContain('data.task: the target has 3 different texts')
  })
})

describe('a draft for a target of whole numbers', () => {
  it.each([
    ['few that repeat: classes', 7, 70, 'classification'],
    ['few that hardly repeat: amounts', 7, 63, 'regression'],
    ['two of hardly any rows: classes', 2, 10, 'classification'],
    ['many: amounts', 21, 400, 'regression'],
  ])('%s', async (_, count, rows, task) => {
    const path = file('whole.csv', `a,y\n${lines(rows, (i) => `${(i * 7) % 41}.5,${i % count}`)}`)
    expect((await drafted(path, { target: 'y' })).data.task).toBe(task)
  })
})

describe('a draft of a table in which few inputs repeat', () => {
  const trial = (name: string, y: (i: number) => string) =>
    draftConfig(file(name, `treatment,y\n${lines(60, (i) => `${'abcdef'[i % 6]!},${y(i)}`)}`), {
      target: 'y',
    })

  it('splits them apart where their targets differ, and keeps copies together', async () => {
    const { text, choices } = await trial('trial.csv', (i) => `${i * 1.5}`)
    expect(parse(text())).toMatchObject({ split: { equal: 'apart' } })
    expect(choices).toContainEqual({
      key: ['split', 'equal'],
      value: 'apart',
      why: '60 rows have only 6 different inputs, with different targets, so new rows will repeat them as well',
    })
    const copies = await trial('copies.csv', (i) => `${(i % 6) * 1.5}`)
    expect(parse(copies.text())).not.toHaveProperty('split')
  })

  it('keeps them together where they are many', async () => {
    const { text } = await draftConfig(
      withCells('many.csv', (i) => `${i % 13}`),
      { target: 'y' },
    )
    expect(parse(text())).not.toHaveProperty('split')
  })
})

describe('a draft of a table with several rows of each subject', () => {
  const visits = (name: string, column: string, subjectOf: (i: number) => string) =>
    drafted(
      file(
        name,
        `${column},dose,y\n${lines(60, (i) => `${subjectOf(i)},${(i * 7) % 11},${(i * 5) % 17}.5`)}`,
      ),
      { target: 'y' },
    )

  it.each([
    ['Subject', 15, (i: number) => `${Math.floor(i / 4)}`],
    ['patient_id', 12, (i: number) => `p${i % 12}`],
  ])('splits by %s, which is no input', async (column, subjects, subjectOf) => {
    const { split, dataset, splits, whys } = await visits(`${column}.csv`, column, subjectOf)
    expect(split).toEqual({ by: 'group', column, equal: 'apart' })
    expect(dataset.features).not.toContain(column)
    expect(whys).toContain(
      `split.column: 60 rows are of ${subjects} different ${column}, and rows of one stay together, so the test is on others; set split.by to random if new rows are of the same ones`,
    )
    const learnt = new Set(Array.from(splits.train, subjectOf))
    expect(splits.test.length).toBeGreaterThan(0)
    expect(Array.from(splits.test, subjectOf).filter((each) => learnt.has(each))).toEqual([])
  })

  it.each([
    ['one row of each', 'id', (i: number) => `${1 + ((i * 37) % 61)}`],
    ['few subjects', 'subject', (i: number) => `${i % 5}`],
    ['another name', 'store', (i: number) => `${i % 12}`],
  ])('does not with %s', async (_, column, subjectOf) => {
    expect((await visits('others.csv', column, subjectOf)).split ?? {}).not.toHaveProperty('by')
  })

  it('does not where nothing else could be an input', async () => {
    const path = file('alone.csv', `animal,y\n${lines(60, (i) => `a${i % 12},${(i * 5) % 17}.5`)}`)
    expect((await drafted(path, { target: 'y' })).split ?? {}).not.toHaveProperty('by')
  })
})

describe('a draft without inputs', () => {
  it('says why no column is one, and how a series is forecast', async () => {
    const path = file('sales.csv', `,time,y\n${lines(60, (i) => `${i + 1},${i + 1},${Math.sin(i)}`)}`)
    await expect(drafted(path, { target: 'y' })).rejects.toThrow(
      'sales.csv: expected a column that can help to predict y, got only column 1 (it counts the rows), time (it counts the rows); if the rows follow one another in time, --horizon forecasts it from its own past',
    )
    expect((await drafted(path, { target: 'y', horizon: 1 })).data).toMatchObject({ kind: 'series' })
    await expect(
      drafted(file('alone.csv', `y\n${lines(60, (i) => `${i}.5`)}`), { target: 'y' }),
    ).rejects.toThrow('expected a column that can help to predict y, got none;')
    const texts = file('texts.csv', `,y\n${lines(60, (i) => `${i + 1},${'ab'[i % 2]!}`)}`)
    await expect(drafted(texts, { target: 'y' })).rejects.toThrow(
      /^texts.csv: expected a column .* got only column 1 \(it counts the rows\)$/,
    )
  })

  it('leaves out what is empty wherever the target is known', async () => {
    const path = file(
      'halves.csv',
      `a,b,y\n${lines(80, (i) => `${i % 9}.5,${i % 2 ? i : ''},${i % 2 ? '' : i / 7}`)}`,
    )
    const { data, whys } = await drafted(path, { target: 'y' })
    expect(data).toMatchObject({ drop: ['b'] })
    expect(whys).toContain('data.drop: b (empty wherever the target is known)')
  })
})

const series = (count: number, steps: number, label: (i: number) => string, hole = ''): string =>
  `@classLabel true a b\n@data\n${lines(count, (i) =>
    [
      Array.from({ length: steps }, (_, t) => (hole && t === 2 ? hole : Math.sin(i + t))).join(),
      label(i),
    ].join(':'),
  )}`

describe('a draft of series and images that were not made for it', () => {
  const ab = (i: number) => 'ab'[i % 2]!

  it('holds the longer ones of the test file, too', async () => {
    file('Long_TEST.ts', series(10, 14, ab))
    const { data, dataset } = await drafted(file('Long_TRAIN.ts', series(40, 10, ab)))
    expect(data.sequence).toEqual({ steps: 14, channels: 1 })
    expect(dataset.shape).toEqual([14, 1])
  })

  it('fills in what is missing, and leaves out what has no label', async () => {
    const holes = await drafted(file('holes.ts', series(40, 10, ab, '?')))
    expect(holes.data.missing).toBe('median')
    const bare = await drafted(
      file(
        'bare.ts',
        series(40, 10, (i) => (i === 5 ? '?' : ab(i))),
      ),
    )
    expect(bare.data.missing).toBe('drop-row')
  })

  it('takes labels that were measured for numbers, and keeps to the task that was said', async () => {
    const measured = await drafted(
      file(
        'measured.ts',
        series(40, 10, (i) => `${i / 8}`),
      ),
    )
    expect(measured.data.task).toBe('regression')
    expect(measured.whys).toContain('data.task: the labels are numbers, not all of them whole')
    const said = await drafted(
      file(
        'said.ts',
        series(40, 10, (i) => `${i % 4}`),
      ),
      { task: 'regression' },
    )
    expect(said.dataset.task.kind).toBe('regression')
  })

  it('takes folders for training and tests for that, not for classes', async () => {
    const png = new PNG({ width: 8, height: 8 })
    for (const part of ['train', 'test'])
      for (const name of ['cat', 'dog']) {
        mkdirSync(join(folder, 'parts', part, name), { recursive: true })
        for (let i = 0; i < 12; i++) {
          for (let at = 0; at < 256; at++)
            png.data[at] =
              at % 4 === 3 ? 255 : (at * (i + 1) + part.length * 7 + name.charCodeAt(0) * 3) % 251
          file(join('parts', part, name, `${i}.png`), PNG.sync.write(png))
        }
      }
    const { data, dataset } = await drafted(join(folder, 'parts'))
    expect(data).toMatchObject({
      file: join(folder, 'parts', 'train'),
      test: { file: join(folder, 'parts', 'test') },
    })
    expect(dataset.task).toMatchObject({ kind: 'classification', classes: ['cat', 'dog'] })
    await expect(draftConfig(join(folder, 'parts'), { task: 'regression' })).rejects.toThrow(
      /^--task: expected none, because the folders of images are their classes/,
    )
  })
})
