import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashesOf, readChecksums, writeChecksums } from '../../src/base/checksums.js'
import { packagePath } from '../../src/base/files.js'
import { gunzipSync } from 'node:zlib'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Config } from '../../src/config/config-schema.js'
import { exportRun } from '../../src/runs/formats.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { predictionsCsv } from '../../src/runs/predictions-csv.js'
import { reportRun } from '../../src/runs/report-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import type { FinishedRun } from '../../src/runs/run-folder.js'
import { contentOf, temporaryFolder, tinyCells, tinyMlp } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
let mlp: FinishedRun
let cells: FinishedRun

beforeAll(async () => {
  mlp = await searchRun({ config: resolveConfig({ ...tinyMlp, criteria: [] }), out: at('mlp') })
  cells = await searchRun({ config: resolveConfig(tinyCells), out: at('cells') })
})

describe('retrainRun', () => {
  test.each(['mlp', 'cells'])('with the same seed it trains the same network again: %s', async (name) => {
    const newTensors = tensorCounter()
    const again = await retrainRun({ run: at(name), out: at(`${name}-again`) })
    expect(newTensors()).toBe(0)
    expect(again.metrics).toEqual((name === 'mlp' ? mlp : cells).metrics)
    const [first, second] = [contentOf(at(name)), contentOf(at(`${name}-again`))]
    expect(second['model/weights.bin']).toBe(first['model/weights.bin'])
  })

  test('with another seed and more epochs it gives another, on the same splits', async () => {
    const configure = (config: Config) => ({ ...config, seed: 9, retrain: { ...config.retrain, epochs: 4 } })
    const other = await retrainRun({ run: at('mlp'), configure, out: at('longer') })
    expect(other.metrics.seed).toBe(9)
    expect(other.config.split.seed).toBe(1)
    expect(other.metrics.validation.supernet).toBe(mlp.metrics.validation.supernet)
    expect(other.metrics.test.final).not.toBe(mlp.metrics.test.final)
    expect(JSON.parse(readFileSync(at('longer/retrained-from.json'), 'utf8'))).toEqual({
      run: '../mlp',
      seed: 1,
    })
  })

  test('of a run of before there was a teacher it has none', async () => {
    const alone: Config = { ...resolveConfig(tinyMlp), criteria: [] }
    const config = { ...alone, retrain: { ...alone.retrain, distillation: { share: 0, temperature: 2 } } }
    const old = await searchRun({ config, out: at('old') })
    const file = at('old/config.json')
    const { distillation: _, ...retrain } = (JSON.parse(readFileSync(file, 'utf8')) as Config).retrain
    writeFileSync(file, JSON.stringify({ ...old.config, retrain }))
    const { files, data } = readChecksums(at('old'))!
    writeChecksums(at('old'), { ...files, ...hashesOf(at('old'), ['config.json']) }, data)
    const again = await retrainRun({ run: at('old'), out: at('old-again') })
    expect(again.metrics).toEqual(old.metrics)
    expect(old.metrics.test.final).not.toBe(mlp.metrics.test.final)
    const taught = 'of the loss compared it with the unpruned supernet'
    expect(readFileSync(at('mlp/card.md'), 'utf8')).toContain(`50 % ${taught}`)
    expect(readFileSync(at('old/card.md'), 'utf8')).not.toContain(taught)
  })

  test('a larger network than was searched has none either', async () => {
    const wider = (share: number) => (config: Config) => ({
      ...config,
      retrain: { ...config.retrain, options: { channels: 4 }, distillation: { share, temperature: 2 } },
    })
    const run = (share: number) =>
      retrainRun({ run: at('cells'), configure: wider(share), out: at(`wider-${share}`) })
    expect((await run(0.9)).metrics).toEqual((await run(0)).metrics)
  })

  test('from the inherited weights it starts where the search ended', async () => {
    const configure = (config: Config): Config => {
      const weights = { ...config.retrain.weights, learningRate: 1e-9 }
      return { ...config, retrain: { ...config.retrain, from: 'inherited', epochs: 1, l2: 0, weights } }
    }
    const inherited = await retrainRun({ run: at('mlp'), configure, out: at('inherited') })
    expect(inherited.metrics.validation.final).toBeCloseTo(mlp.metrics.validation.derivedBeforeRetrain!, 3)
  })

  test('is not resumed', async () => {
    rmSync(at('inherited/metrics.json'))
    await expect(resumeRun(at('inherited'))).rejects.toThrow(/a retraining cannot be resumed/)
  })

  test('refuses an architecture of another supernet', async () => {
    const configure = (config: Config): Config => ({
      ...config,
      supernet: { ...config.supernet, options: { encoder: [5] } },
    })
    await expect(retrainRun({ run: at('mlp'), configure, out: at('no') })).rejects.toThrow(
      /its architecture is of another supernet/,
    )
  })
})

describe('predictFile', () => {
  const csv = gunzipSync(readFileSync(packagePath('data', 'concrete', 'concrete.csv.gz'))).toString('utf8')
  const lines = csv.trim().split('\n')

  test('predicts what the metrics say', async () => {
    writeFileSync(at('all.csv'), csv)
    const newTensors = tensorCounter()
    const { values, names, unit, places, scores } = await predictFile(at('mlp'), at('all.csv'))
    expect(newTensors()).toBe(0)
    expect(names).toEqual(['compressive_strength'])
    expect([unit, ...places.slice(0, 2)]).toEqual(['line', 2, 3])
    const target = lines[0]!.split(',').indexOf('compressive_strength')
    const errors = values.map(([value], row) => value! - Number(lines[row + 1]!.split(',')[target]))
    const rmse = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
    expect(Object.keys(scores!)).toEqual(['rmse', 'mae', 'r2', 'mape', 'median-error'])
    const sorted = errors.map(Math.abs).sort((a, b) => a - b)
    const [a, b] = [sorted[sorted.length / 2 - 1]!, sorted[sorted.length / 2]!]
    expect(scores!['median-error']).toBeCloseTo((a + b) / 2, 10)
    expect(scores!.rmse).toBeCloseTo(rmse, 10)
    expect(rmse).toBeLessThan(1.5 * mlp.metrics.test.final!)
    expect(rmse).toBeGreaterThan(0.5 * mlp.metrics.test.final!)
  })

  test('takes rows in any order of columns, one by one as together', async () => {
    const table = lines.slice(0, 4).map((line) => line.split(',').reverse().join(','))
    writeFileSync(at('reversed.csv'), table.join('\n'))
    const all = await predictFile(at('mlp/model'), at('all.csv'))
    const some = await predictFile(at('mlp/model'), at('reversed.csv'))
    some.values.forEach(([value], row) => expect(value).toBeCloseTo(all.values[row]![0]!, 3))
    expect(some.values).toHaveLength(3)
  })

  test('gives classes and probabilities, as CSV too', async () => {
    const digits = gunzipSync(readFileSync(packagePath('data', 'digits', 'digits.csv.gz'))).toString('utf8')
    writeFileSync(at('digits.csv'), digits.split('\n').slice(0, 3).join('\n'))
    const predictions = await predictFile(at('cells'), at('digits.csv'))
    expect(predictions.classes).toHaveLength(3)
    for (const row of predictions.values) expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    const [header, first] = predictionsCsv(predictions).split('\n')
    expect(header).toMatch(/^line,predicted,probability 0,.*,probability 9,status$/)
    expect(first!.split(',').slice(0, 2)).toEqual(['1', predictions.classes![0]])
    const right = predictions.classes!.filter((said, row) => said === String(row)).length
    expect(Object.keys(predictions.scores!)[0]).toBe('accuracy')
    expect(predictions.scores!.accuracy).toBe(right / 3)
    // No row is of the other seven classes, for which there is no average precision then.
    expect(predictions.scores).not.toHaveProperty('average-precision')
  })

  test('refuses a file that lacks columns', async () => {
    writeFileSync(at('short.csv'), 'cement,water\n1,2\n')
    await expect(predictFile(at('mlp'), at('short.csv'))).rejects.toThrow(
      /expected the columns "blast_furnace_slag"/,
    )
  })
})

describe('exportRun', () => {
  test('layers copies the verified model', async () => {
    await exportRun(at('cells'), 'layers', at('out'))
    for (const name of ['model.json', 'weights.bin', 'preprocess.json'])
      expect(readFileSync(at(`out/${name}`)).equals(readFileSync(at(`cells/model/${name}`)))).toBe(true)
  })

  test('architecture, dot and svg are files', async () => {
    await exportRun(at('cells'), 'architecture', at('a.json'))
    await exportRun(at('cells'), 'dot', at('a.dot'))
    await exportRun(at('cells'), 'svg', at('a.svg'))
    expect(JSON.parse(readFileSync(at('a.json'), 'utf8'))).toEqual(cells.architecture)
    expect(readFileSync(at('a.dot'), 'utf8')).toMatch(
      /"0\/0" -> "0\/2" \[label="(skip|conv-1x1|dil-conv-3x3)"\]/,
    )
    expect(readFileSync(at('a.svg'), 'utf8')).toMatch(/^<svg /)
  })
})

test('reportRun writes the page of a run anew', async () => {
  const page = readFileSync(at('cells/report.html'), 'utf8')
  rmSync(at('cells/report.html'))
  expect(await reportRun(at('cells'))).toBe(at('cells/report.html'))
  expect(readFileSync(at('cells/report.html'), 'utf8')).toBe(page)
  expect(page).toContain('cell0/node3')
})
