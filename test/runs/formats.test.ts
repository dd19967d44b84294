import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tableOf, resolveConfig, type Reader } from '../../src/index.js'
import { predictFile, predictionsCsv, resumeRun, searchRun } from '../../src/runs.js'
import { idxFile, npyFile, pngFile } from '../data/readers/helpers.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-formats-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...path: string[]) => join(folder, ...path)

const short = { search: { epochs: 1, batch: 16 }, retrain: { epochs: 1, batch: 16 } }
const images = {
  ...short,
  supernet: { space: 'darts-cell', options: { cells: 1, channels: 4, nodes: 1 } },
  schedule: 'none',
}
const small = {
  ...short,
  supernet: { space: 'autoencoder-mlp', options: { encoder: [8], code: 4, head: [8] } },
}

/** Pixels of image i: bright on the left or on the right. */
const side = (i: number) => (x: number, y: number) =>
  x < 4 === (i % 2 === 0) ? 200 : (i * 5 + x * 3 + y) % 60

test('a folder of images becomes a model that predicts images', async () => {
  for (let i = 0; i < 48; i++) {
    const name = i % 2 === 0 ? 'left' : 'right'
    mkdirSync(at('photos', name), { recursive: true })
    const pixel = side(i)
    writeFileSync(
      at('photos', name, `${i}.png`),
      pngFile(8, 8, (x, y) => [pixel(x, y), 10, 10]),
    )
  }
  const config = resolveConfig({ ...images, data: { file: 'photos' } })
  const run = await searchRun({ config, folder, out: at('runs', 'photos') })
  expect(run.metrics.test.final).not.toBeNull()
  const newTensors = tensorCounter()
  const all = await predictFile(run.folder, at('photos'))
  expect(newTensors()).toBe(0)
  expect([all.unit, all.places.length, ...all.names]).toEqual(['image', 48, 'left', 'right'])
  const one = await predictFile(run.folder, at('photos', 'left', '0.png'))
  expect(one.values[0]).toEqual(all.values[all.places.indexOf('left/0.png')])
  expect(predictionsCsv(one)).toMatch(
    /^image,predicted,probability left,probability right,status\n0\.png,(left|right),/,
  )
  // The configuration of the run holds absolute paths, so it resumes (and retrains) from anywhere.
  expect((await resumeRun(run.folder)).metrics).toEqual(run.metrics)
})

test('IDX files with a test set of their own, limited', async () => {
  const data = (n: number, from: number) =>
    Array.from({ length: n }, (_, i) =>
      Array.from({ length: 64 }, (_, p) => side(from + i)(p % 8, p >> 3)),
    ).flat()
  const labels = (n: number) => Array.from({ length: n }, (_, i) => i % 2)
  writeFileSync(at('x-ubyte'), idxFile([60, 8, 8], data(60, 0)))
  writeFileSync(at('y-ubyte'), idxFile([60], labels(60)))
  writeFileSync(at('tx-ubyte'), idxFile([20, 8, 8], data(20, 60)))
  writeFileSync(at('ty-ubyte'), idxFile([20], labels(20)))
  const test = { file: 'tx-ubyte', targetFile: 'ty-ubyte' }
  const config = resolveConfig({
    ...images,
    data: { file: 'x-ubyte', targetFile: 'y-ubyte', test, limit: 50 },
  })
  const run = await searchRun({ config, folder, out: at('runs', 'idx') })
  expect(run.metrics.test.final).not.toBeNull()
  expect((await predictFile(run.folder, at('tx-ubyte'))).values).toHaveLength(20)
})

test('sequences of a NumPy array, for regression', async () => {
  const values = Float32Array.from({ length: 60 * 5 * 2 }, (_, i) => Math.sin(i * i))
  const targets = Float32Array.from({ length: 60 }, (_, row) => values[row * 10]! + values[row * 10 + 9]!)
  writeFileSync(at('x.npy'), npyFile('<f4', [60, 5, 2], values))
  writeFileSync(at('y.npy'), npyFile('<f4', [60], targets))
  const config = resolveConfig({ ...small, data: { file: 'x.npy', targetFile: 'y.npy' } })
  const run = await searchRun({ config, folder, out: at('runs', 'npy') })
  const { names, values: predicted, classes } = await predictFile(run.folder, at('x.npy'))
  expect([names, predicted.length, classes]).toEqual([['0'], 60, undefined])
})

test('a reader of one’s own, from search to prediction', async () => {
  const pairs: Reader = {
    name: 'pairs',
    description: 'numbers with a colon between',
    gives: 'table',
    takes: (path) => path.endsWith('.pairs'),
    read(path) {
      const rows = readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(':'))
      return tableOf({
        name: 'pairs',
        unit: 'line',
        names: ['a', 'y'],
        rows,
        places: rows.map((_, i) => i + 1),
      })
    },
  }
  writeFileSync(at('own.pairs'), Array.from({ length: 50 }, (_, i) => `${i % 17}:${(i % 17) / 3}`).join('\n'))
  const config = resolveConfig({ ...small, data: { file: 'own.pairs', target: 'y', task: 'regression' } })
  const run = await searchRun({ config, folder, readers: [pairs], out: at('runs', 'own') })
  expect((await predictFile(run.folder, at('own.pairs'), [pairs])).values).toHaveLength(50)
  await expect(predictFile(run.folder, at('own.pairs'))).rejects.toThrow(
    /own\.pairs: expected the reader "pairs", which the model was trained with, got none of that name; give it to predictFile/,
  )
  writeFileSync(at('own.csv'), 'y,a\n0,3\n,4\n')
  const { values, unscored } = await predictFile(run.folder, at('own.csv'))
  expect(values).toHaveLength(2)
  expect(unscored).toBe('own.csv line 3, column "y", is empty')
})
