import { describe, expect, it } from 'vitest'
import { checkData } from '../../../src/data/check-data.js'
import { readRecords } from '../../../src/data/records.js'
import { draftConfig } from '../../../src/draft/draft-config.js'
import { predictionsCsv } from '../../../src/runs/predictions-csv.js'
import { rejection } from '../helpers.js'
import { jpegFile, pngFile, readingPlace } from './helpers.js'

const { at, prepare, read, write } = readingPlace()

const pixels =
  (seed: number) =>
  (x: number, y: number): [number, number, number] => [(seed * 37 + x * 11) % 256, (y * 29) % 256, 200]
const wholePng = pngFile(6, 6, pixels(3))
const wholeJpeg = jpegFile(16, 16, pixels(5))

/** Files that no program can show whole, by name. */
const broken = {
  'cut.png': wholePng.subarray(0, wholePng.length - 30),
  'cut.jpg': wholeJpeg.subarray(0, wholeJpeg.length / 2),
  'empty.png': Buffer.alloc(0),
  'empty.jpg': Buffer.alloc(0),
  'text.jpg': Buffer.from('no image\n'),
}

/** Two classes of so many whole images each. */
function classes(folder: string, count: number): void {
  for (const name of ['bad', 'good'])
    for (let i = 0; i < count; i++)
      write(`${folder}/${name}/${String(i).padStart(3, '0')}.png`, pngFile(6, 6, pixels(i)))
}

describe('broken images', () => {
  it.each(Object.entries(broken))('%s is left out with its name, and told', async (name, bytes) => {
    const folder = `one-${name}`
    classes(folder, 19)
    write(`${folder}/bad/${name}`, bytes)
    const data = await read({ file: folder })
    expect(data.rows).toBe(38)
    expect([...data.targets].filter((target) => target === 0)).toHaveLength(19)
    expect(data.reading?.broken?.map(({ file }) => file)).toEqual([`bad/${name}`])
    const { warnings } = checkData(await prepare({ file: folder }))
    expect(warnings).toContain(`1 broken image left out: bad/${name}; repair or remove them`)
  })

  it('gives the rows that the folder has without the broken file', async () => {
    classes('with', 19)
    classes('without', 19)
    write('with/bad/cut.png', broken['cut.png'])
    const [a, b] = [await read({ file: 'with' }), await read({ file: 'without' })]
    expect(a.inputs).toEqual(b.inputs)
    expect(a.targets).toEqual(b.targets)
  })

  it('refuses more than 5 % of one class, however many the others have', async () => {
    classes('many', 38)
    for (const i of [1, 2]) write(`many/good/cut${i}.png`, broken['cut.png'])
    // 2 of 40 are 5 %.
    expect((await read({ file: 'many' })).rows).toBe(76)
    write('many/good/text.jpg', broken['text.jpg'])
    expect(await rejection(read({ file: 'many' }))).toMatch(
      /^many\/good\/cut1\.png: expected a whole PNG image, .*; 3 of 41 images of class good are broken, more than 5 %; .*data\.broken: skip/,
    )
    expect((await read({ file: 'many', broken: 'skip' })).rows).toBe(76)
  })

  it('refuses the first broken file where told, and a folder that has no whole image', async () => {
    classes('strict', 30)
    write('strict/bad/text.jpg', broken['text.jpg'])
    expect(await rejection(read({ file: 'strict', broken: 'refuse' }))).toMatch(
      /^strict\/bad\/text\.jpg: expected a whole JPEG image, .*; 1 of 61 images is broken; .*--strict/,
    )
    write('none/a/1.jpg', 'no image')
    write('none/b/1.jpg', 'no image')
    expect(await rejection(read({ file: 'none', broken: 'skip' }))).toMatch(
      /^none\/a\/1\.jpg: .*; all 2 are broken$/,
    )
  })

  it('counts those of the test folder, too, and keeps the key to folders', async () => {
    classes('train', 20)
    classes('test', 20)
    write('test/good/text.jpg', broken['text.jpg'])
    const data = await read({ file: 'train', test: { file: 'test' } })
    expect([data.rows, data.test?.length]).toEqual([80, 40])
    expect(data.reading?.broken?.map(({ file }) => file)).toEqual(['test/good/text.jpg'])
    write('t.csv', 'a,b\n1,2\n')
    expect(await rejection(read({ file: 't.csv', target: 'b', broken: 'skip' }))).toBe(
      'config.data.broken: only for format image-folder, got csv',
    )
  })

  it('passes over what systems put beside images, without a word', async () => {
    classes('system', 3)
    for (const name of ['Thumbs.db', '.DS_Store', 'desktop.ini', '._000.png', '@eaDir/000.png/S.jpg'])
      write(`system/bad/${name}`, 'not an image')
    write('system/__MACOSX/bad/._000.png', 'not an image')
    const data = await read({ file: 'system', broken: 'refuse' })
    expect(data.rows).toBe(6)
    expect(data.task).toMatchObject({ classes: ['bad', 'good'] })
    expect(data.reading?.broken).toBeUndefined()
    expect(data.reading?.notes).toEqual([])
  })

  it('are told by the draft', async () => {
    classes('draft', 20)
    write('draft/bad/cut.png', broken['cut.png'])
    const { choices } = await draftConfig(at('draft'), {})
    expect(choices.find(({ key }) => key.join('.') === 'data.image')?.why).toContain(
      'of 41 images examined, of which 1 is broken and left out, ',
    )
  })
})

describe('predictions of a folder with broken images', () => {
  it('have a row for each file, empty where there is no image, however many are broken', async () => {
    classes('known', 3)
    const { encoding } = await read({ file: 'known' })
    write('new/a.png', pngFile(6, 6, pixels(1)))
    write('new/b.jpg', 'no image')
    write('new/c.png', pngFile(6, 6, pixels(2)))
    const content = await readRecords(encoding, at('new'))
    expect(content.places).toEqual(['a.png', 'c.png'])
    expect(content.broken).toMatchObject([{ file: 'b.jpg' }])
    const csv = predictionsCsv({
      names: ['bad', 'good'],
      values: [
        [0.75, 0.25],
        [0.5, 0.5],
      ],
      classes: ['bad', 'bad'],
      unit: 'image',
      places: content.places,
      statuses: ['ok', 'ok'],
      ...(content.broken && { broken: content.broken }),
    })
    expect(csv.split('\n').slice(1)).toEqual([
      'a.png,bad,0.75,0.25,ok',
      'b.jpg,,,,broken image',
      'c.png,bad,0.5,0.5,ok',
      '',
    ])
  })

  it('are refused for a single broken file', async () => {
    const { encoding } = await read({ file: 'known' })
    expect(await rejection(readRecords(encoding, at('new/b.jpg')))).toMatch(
      /new\/b\.jpg: expected a whole JPEG image, /,
    )
  })
})
