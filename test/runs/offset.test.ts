import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareData } from '../../src/data/prepare.js'
import type { Preprocess } from '../../src/export/model-content.js'
import { readModel } from '../../src/export/model-files.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { searchRun } from '../../src/runs/search-run.js'
import { farColumns, wave } from '../helpers/far-columns.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const rows = 120

/** A table whose target depends on its far column `a`, or lies far off itself. */
function table(column: keyof typeof farColumns, role: 'feature' | 'target'): string {
  const far = farColumns[column]
  const lines = Array.from({ length: rows }, (_, row) => {
    const [x, b] = [wave(row), wave(row, 1)]
    const y = 0.8 * x - 0.3 * b
    return role === 'feature' ? [far(x), b, y] : [x, b, far(y)]
  })
  return ['a,b,y', ...lines.map((cells) => cells.join(','))].join('\n')
}

/** What a program that knows only TensorFlow.js and `preprocess.json` makes of a table. */
async function plainPredictions(run: string, csv: string): Promise<number[][]> {
  const cells = csv
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const { outside } = JSON.parse(readFileSync(join(run, 'model', 'preprocess.json'), 'utf8')) as Preprocess
  const { input, target } = outside
  const fed = cells.map((row) => [0, 1].map((i) => (row[i]! - input.mean[i]!) / input.std[i]!))
  const model = await readModel(join(run, 'model'))
  const outputs = tf.tidy(() => (model.predict(tf.tensor2d(fed)) as tf.Tensor).dataSync())
  model.dispose()
  return [...outputs].map((z) => [z * target.std[0]! + target.mean[0]!])
}

const configOf = (file: string) =>
  resolveConfig({
    ...tinyMlp,
    data: { file, target: 'y', task: 'regression' },
    search: { ...tinyMlp.search, epochs: 4, batch: 32, gates: { travel: 0.2 } },
    retrain: { ...tinyMlp.retrain, epochs: 48, batch: 32, baseline: false },
    criteria: [],
  })

describe.each(Object.keys(farColumns) as (keyof typeof farColumns)[])('%s', (column) => {
  test.each(['feature', 'target'] as const)(
    'as %s: a verified model that predicts what the network does',
    async (role) => {
      const name = `${column} ${role}`.replaceAll(' ', '-')
      const file = at(`${name}.csv`)
      writeFileSync(file, table(column, role))
      const config = configOf(file)
      const { metrics } = await searchRun({ config, out: at(name) })
      const { splits, dataset, scaler } = await prepareData(config, folder)
      const { values } = await predictFile(at(name), file)
      expect(values).toEqual(await plainPredictions(at(name), table(column, role)))
      const std = role === 'target' ? scaler.target.std[0]! : 1
      const errors = [...splits.validation].map((row) => (values[row]![0]! - dataset.targets[row]!) / std)
      const rmse = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
      expect(metrics.metric).toBe('rmse')
      expect(rmse / (metrics.validation.final! / std)).toBeCloseTo(1, 4)
      // It learned from the digits behind the offset: less than half of what guessing the mean misses by.
      expect(rmse).toBeLessThan(0.5 * (role === 'target' ? 1 : scaler.target.std[0]!))
    },
  )
})
