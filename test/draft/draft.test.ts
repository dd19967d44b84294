import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { draftConfig } from '../../src/draft/draft-config.js'
import { drafted, file, folder, lines } from './helper.js'

describe('a configuration made from a table', () => {
  it('leaves out what names rows or says nothing, and fills in what is missing', async () => {
    const path = file(
      'mixed.csv',
      `id,when,colour,note,same,size,weight,y\n${lines(60, (i) => {
        const day = `2024-01-${String(1 + (i % 28)).padStart(2, '0')}T${i}`
        return `${i + 1},${day},${i % 3 ? 'red' : 'blue'},text ${i},7,${i % 7 === 0 ? '' : i % 11},${(i * 37) % 17}.5,${i * 1.5}`
      })}`,
    )
    const { data, supernet, dataset, whys } = await drafted(path, { target: 'y' })
    expect(data).toMatchObject({ target: 'y', task: 'regression', missing: 'indicator' })
    expect(data.drop).toEqual(['id', 'when', 'note', 'same'])
    expect(supernet).toEqual({ space: 'mlp-cell' })
    expect(dataset.features).toEqual(['colour=blue', 'colour=red', 'size', 'size missing', 'weight'])
    expect(whys).toContain(
      'data.task: the target has 60 different numbers; --task classification takes each as a class',
    )
    expect(whys.find((why) => why.startsWith('data.drop'))).toBe(
      'data.drop: id (it counts the rows), when (60 different texts in 60 rows), note (60 different texts in 60 rows), same (the same in all rows)',
    )
  })

  it('reads numbers as they are written: decimal commas, thousands, units', async () => {
    const path = file(
      'commas.csv',
      `price;share;big;kind\n${lines(50, (i) => `"1.${100 + ((i * 7) % 50)},5";${(i * 3) % 40}%;${i % 9},25;${i % 2 ? 'a' : 'b'}`)}`,
    )
    const { data, dataset } = await drafted(path, { target: 'kind' })
    expect(data).toMatchObject({ decimal: ',', thousands: '.', numeric: ['share'], task: 'classification' })
    expect(dataset.features).toEqual(['price', 'share', 'big'])
    expect(dataset.inputs[0]).toBe(1100.5)
  })

  it('of a Parquet file is the same', async () => {
    const columns = {
      size: Array.from({ length: 40 }, (_, i) => (i % 7) + 0.5),
      kind: Array.from({ length: 40 }, (_, i) => (i % 2 ? 'a' : 'b')),
    }
    const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
    const path = file('kinds.parquet', Buffer.from(parquetWriteBuffer({ columnData })))
    const { data, dataset } = await drafted(path, { target: 'kind' })
    expect(data).toEqual({ file: path, target: 'kind', task: 'classification' })
    expect(dataset.features).toEqual(['size'])
  })

  it('without names takes columns by their index', async () => {
    const path = file(
      'bare.csv',
      lines(40, (i) => `${i % 7}.25,${i % 5},${i % 2}`),
    )
    const { data, dataset } = await drafted(path, { target: '-1' })
    expect(data).toMatchObject({ header: false, target: '2', task: 'classification' })
    expect(dataset.rows).toBe(40)
  })

  it('in order of time is forecast', async () => {
    const path = file('series.csv', `t,a,b\n${lines(400, (i) => `2024-${i},${Math.sin(i)},${i % 9}`)}`)
    const { data, supernet, dataset } = await drafted(path, { target: 'a', horizon: 3 })
    expect(data).toMatchObject({ kind: 'series', task: 'forecasting', drop: ['t'], window: 24, horizon: 3 })
    expect(supernet).toEqual({ space: 'autoencoder-mlp' })
    expect(dataset.shape).toEqual([24, 2])
  })

  it('keeps to what was said', async () => {
    const path = file('few.csv', `a,b,y\n${lines(60, (i) => `${i % 8}.5,${i % 3}.5,${i % 4}`)}`)
    const { data, dataset } = await drafted(path, { target: 'y', task: 'regression', drop: ['b'], seed: 4 })
    expect(data).toMatchObject({ task: 'regression', drop: ['b'] })
    expect(dataset.features).toEqual(['a'])
  })

  it.each([
    [{}, /^--target: expected the column of few.csv to predict \(a, b, y\), got nothing; "y" is its last$/],
    [{ target: 'z' }, /^--target: expected a column of few.csv, got "z"/],
    [{ target: 'y', drop: ['c'] }, /^--drop: expected a column of few.csv, got "c"/],
  ] as const)('%j is refused', async (options, message) => {
    const path = file('few.csv', `a,b,y\n${lines(60, (i) => `${i % 8}.5,${i % 3}.5,${i % 4}`)}`)
    await expect(draftConfig(path, options)).rejects.toThrow(message)
  })
})

const picture = (side: number, colour: boolean, value: number): Buffer => {
  const png = new PNG({ width: side, height: side })
  for (let i = 0; i < side * side; i++) png.data.set([value, colour ? 255 - value : value, value, 255], 4 * i)
  return PNG.sync.write(png)
}

describe('a configuration made from arrays', () => {
  it('of images in folders: size, colour, and how often the stem halves them', async () => {
    for (const name of ['light', 'dark']) mkdirSync(join(folder, 'photos', name), { recursive: true })
    for (let i = 0; i < 12; i++) {
      const light = i % 2 === 0
      file(
        `photos/${light ? 'light' : 'dark'}/${i}.png`,
        picture(i < 6 ? 100 : 80, true, (light ? 200 : 40) + i),
      )
    }
    const { data, supernet, dataset } = await drafted(join(folder, 'photos'))
    expect(data).toMatchObject({ image: { height: 64, width: 64, channels: 3 }, resize: 'crop' })
    expect(supernet).toEqual({ space: 'darts-cell', options: { halvings: 2 } })
    expect(dataset.shape).toEqual([64, 64, 3])
  })

  it('of gray images of one size leaves them as they are', async () => {
    for (const name of ['a', 'b']) mkdirSync(join(folder, 'gray', name), { recursive: true })
    for (let i = 0; i < 8; i++) file(`gray/${i % 2 ? 'a' : 'b'}/${i}.png`, picture(12, false, 20 * i))
    const { data, supernet } = await drafted(join(folder, 'gray'))
    expect(data).not.toHaveProperty('resize')
    expect(data).toMatchObject({ image: { height: 12, width: 12, channels: 1 } })
    expect(supernet).toEqual({ space: 'darts-cell' })
  })

  it('finds labels and tests that stand beside', async () => {
    const idx = (axes: number[], values: number[]) =>
      Buffer.from([0, 0, 8, axes.length, ...axes.flatMap((n) => [0, 0, 0, n]), ...values])
    const images = file(
      't-images-idx3-ubyte',
      idx(
        [20, 4, 4],
        Array.from({ length: 320 }, (_, i) => i % 251),
      ),
    )
    await expect(draftConfig(images, {})).rejects.toThrow(
      /^--target: expected the file of the targets of t-images/,
    )
    const labels = file(
      't-labels-idx1-ubyte',
      idx(
        [20],
        Array.from({ length: 20 }, (_, i) => i % 2),
      ),
    )
    expect((await drafted(images)).data).toMatchObject({ targetFile: labels })

    const series = (from: number) =>
      `@classLabel true a b\n@data\n${lines(20, (i) => `${from + i},${i % 5},2,3:${i % 2 ? 'a' : 'b'}`)}`
    const test = file('S_TEST.ts', series(50))
    const { data, supernet, dataset } = await drafted(file('S_TRAIN.ts', series(0)))
    expect(data).toMatchObject({ test: { file: test }, sequence: { steps: 4, channels: 1 } })
    expect(supernet).toEqual({ space: 'temporal-conv' })
    expect(dataset.rows).toBe(40)
  })

  it.each([
    ['nothing.csv', {}, /nothing.csv: expected a file or folder, got nothing there$/],
    [
      'odd.xyz',
      {},
      /expected a configuration \(.yaml, .json\) or data whose name tells its format, got neither/,
    ],
    ['S_TRAIN.ts', { horizon: 3 }, /^--horizon: only for tables, got it with/],
    [
      'S_TRAIN.ts',
      { target: 'y' },
      /^--target: expected none, because S_TRAIN.ts contains its labels, got y$/,
    ],
  ] as const)('%s is refused', async (name, options, message) => {
    file('odd.xyz', 'x')
    await expect(draftConfig(join(folder, name), options)).rejects.toThrow(message)
  })
})
