import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
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
      'data.encoding: some bytes are not UTF-8; where letters look wrong, it is another one',
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
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['cat', 'dog'] })
    await expect(draftConfig(join(folder, 'parts'), { task: 'regression' })).rejects.toThrow(
      /^--task: expected none, for the folders of images are their classes/,
    )
  })
})
