import { describe, expect, it, test } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { isBlurred, isFar } from '../../src/data/far.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { prepareData } from '../../src/data/prepare.js'
import { unscale } from '../../src/data/scale.js'
import { farColumns, wave } from '../helpers/far-columns.js'
import { csv, dataset, workplace } from './helpers.js'
import { npyFile } from './readers/helpers.js'

const { config, write, folder } = workplace()
const cases = Object.entries(farColumns)
const rows = 60

/** A far column of a wave, and the wave itself. */
const prepare = (far: (x: number) => string, data: object = {}) => {
  const text = csv('far,near,y', rows, (i) => [far(wave(i)), wave(i), far(wave(i, 1))])
  write(text)
  return prepareData(config({ target: 'y', task: 'regression', ...data }, { by: 'time' }), folder)
}

describe.each(cases)('%s', (_name, far) => {
  it('is scaled to what the same wave near 0 is scaled to', async () => {
    const { inputs } = await prepare(far)
    for (let i = 0; i < rows; i++) expect(inputs[2 * i]).toBeCloseTo(inputs[2 * i + 1]!, 3)
  })

  it('keeps every digit as a target, and comes back', async () => {
    const { targets, dataset: data, scaler } = await prepare(far)
    const [mean, std] = [scaler.target.mean[0]!, scaler.target.std[0]!]
    for (let i = 0; i < rows; i++) {
      expect(data.targets[i]).toBe(Number(far(wave(i, 1))))
      expect(
        Math.abs((unscale(targets, { mean: [mean], std: [std] })[i]! - data.targets[i]!) / std),
      ).toBeLessThan(1e-6)
    }
  })

  it('is scaled alike in windows of a series', async () => {
    const { inputs } = await prepare(far, { window: 3, task: 'forecasting', horizon: 1 })
    const features = inputs.length / (rows - 3) / 3
    for (let step = 0; step < inputs.length / features; step++)
      expect(inputs[step * features]).toBeCloseTo(inputs[step * features + 1]!, 3)
  })

  it('is told by check-data, as are targets', async () => {
    const report = checkData(await prepare(far))
    expect(report.far).toEqual(['far', 'y'])
    expect(report.warnings).toContainEqual(
      expect.stringMatching(
        /^2 columns so far from 0 that 32-bit floats lose digits: far, y; sentei predict scales them/,
      ),
    )
  })
})

test('years and densities, whose digits 32-bit floats keep, are scaled outside a model and not warned of', async () => {
  const density = (i: number) => (0.994 + 0.003 * wave(i)).toFixed(5)
  write(csv('year,density,stamp,y', rows, (i) => [2015 + (i % 8), density(i), 1_700_000_001 + i, wave(i, 1)]))
  const data = await prepareData(config({ target: 'y', task: 'regression' }, { by: 'time' }), folder)
  const { far, warnings } = checkData(data)
  expect(far).toEqual(['year', 'density', 'stamp'])
  expect(warnings.filter((warning) => warning.includes('far from 0'))).toEqual([
    expect.stringMatching(/^1 column so far from 0 that 32-bit floats lose digits: stamp;/),
  ])
})

test('16-bit images far from 0 are scaled like those near', async () => {
  const values = (offset: number) =>
    Array.from({ length: 40 * 4 }, (_, i) => offset + Math.round(20 * wave(i)))
  const scaled = async (offset: number) => {
    write(npyFile('<u2', [40, 2, 2], Uint16Array.from(values(offset))), 'x.npy')
    write(
      npyFile(
        '<i4',
        [40],
        Int32Array.from({ length: 40 }, (_, i) => i % 2),
      ),
      'y.npy',
    )
    const data = { file: 'x.npy', targetFile: 'y.npy', kind: 'images', task: 'classification' }
    const prepared = await prepareData(config(data), folder)
    expect(prepared.dataset.inputs).toBeInstanceOf(Float32Array)
    return prepared.inputs
  }
  const near = await scaled(20)
  ;(await scaled(60_000)).forEach((value, i) => expect(value).toBeCloseTo(near[i]!, 5))
})

test('a NumPy array of 64-bit floats keeps its digits; one that 32 bits hold stays as small', async () => {
  const read = async (values: number[]) => {
    write(npyFile('<f8', [4, 1], Float64Array.from(values)), 'x.npy')
    write(npyFile('<f8', [4], Float64Array.of(1.5, 2.5, 3.5, 4.5)), 'y.npy')
    const { dataset: data } = await prepareData(config({ file: 'x.npy', targetFile: 'y.npy' }), folder)
    return data.inputs
  }
  expect(await read([1_700_000_001, 1_700_000_002, 3, 4])).toEqual(
    Float64Array.of(1_700_000_001, 1_700_000_002, 3, 4),
  )
  expect(await read([0.5, 2, 3, 4])).toEqual(Float32Array.of(0.5, 2, 3, 4))
})

test('a fill keeps its digits', () => {
  const seconds = (i: number) => 1_700_000_001 + 7 * i
  const inputs = Array.from({ length: 10 }, (_, i) => [i === 2 ? NaN : seconds(i)])
  const data = {
    ...dataset(
      inputs,
      inputs.map((_, i) => i),
    ),
    inputs: Float64Array.from(inputs.flat()),
  }
  const { split } = config({ target: 'y' }, { by: 'time' })
  const { scaler, inputs: scaled } = prepareDataset(data, split, 1, 'standard')
  expect(scaler.fill[0]).toBeCloseTo((5 * 1_700_000_001 + 7 * (0 + 1 + 3 + 4 + 5)) / 5, 5)
  expect(scaled[2]).toBe(Math.fround((scaler.fill[0]! - scaler.input.mean[0]!) / scaler.input.std[0]!))
})

test('what is far, and what is lost even to 64-bit floats', () => {
  expect([isFar(48, 1), isFar(293, 10), isFar(1990, 10), isFar(0, 1e29), isFar(0, 1e-29)]).toEqual(
    new Array(5).fill(false),
  )
  expect([isFar(-48.13, 0.01), isFar(0, 1e31), isFar(0, 1e-31)]).toEqual(new Array(3).fill(true))
  expect([isBlurred(1.7e9, 1e-3), isBlurred(1.7e9, 1e-6)]).toEqual([false, true])
})

test('check-data says where 64-bit floats lose digits, and nothing of constants', async () => {
  const blurred = (x: number) => String(1e15 + Math.round(8 * x))
  const report = checkData(await prepare(blurred))
  expect(report.blurred).toEqual(['far', 'y'])
  expect(report.warnings).toContainEqual(
    '2 columns so far from 0 that 64-bit floats lose digits: far, y; subtract a constant before',
  )
  const constant = csv('a,b,y', 40, (i) => [1e6, i, i])
  write(constant)
  expect(checkData(await prepareData(config({ target: 'y', task: 'regression' }), folder)).far).toEqual([])
})
