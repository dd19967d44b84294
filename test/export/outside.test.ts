import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSealed } from '../../src/base/sealed.js'
import type { PreparedData } from '../../src/data/types.js'
import { toLayersModel } from '../../src/export/layers.js'
import { preprocessOf, type Preprocess } from '../../src/export/model-content.js'
import { scalesApart } from '../../src/export/outside.js'
import { readPreprocess } from '../../src/export/preprocess.js'
import { saveModel, writeModel } from '../../src/export/save.js'
import { verifyExport } from '../../src/export/verify.js'
import { madeData } from '../helpers/trials.js'
import { randomNetwork, temporaryFolder } from './helper.js'

const folder = temporaryFolder()

/** Two features and a target, with scales of their own. */
function far(mean: number[], std: number[], target: [number, number]): PreparedData {
  const data = madeData({
    shape: [2],
    task: { kind: 'regression', outputs: ['y'] },
    rows: { train: 20, validation: 20 },
    row: (input, i) => {
      input.set([Math.sin(i), Math.cos(2 * i)])
      return Math.sin(3 * i)
    },
  })
  const raw = Float64Array.from(data.inputs, (z, i) => z * std[i % 2]! + mean[i % 2]!)
  const input = { mean, std }
  const scaler = { input, target: { mean: [target[0]], std: [target[1]] }, fill: [0, 0] }
  return { ...data, dataset: { ...data.dataset, inputs: raw }, scaler }
}

test('what 32-bit layers can scale stays with them, the rest goes outside', () => {
  const input = { mean: [20, 1.7e9, 0, 0], std: [5, 1e5, 1e31, 1] }
  const { outside, inside } = scalesApart({ input, target: { mean: [], std: [] } })
  expect(inside.input).toEqual({ mean: [20, 0, 0, 0], std: [5, 1, 1, 1] })
  expect(outside.input).toEqual({ mean: [0, 1.7e9, 0, 0], std: [1, 1e5, 1e31, 1] })
  expect(outside.target).toEqual({ mean: [], std: [] })
})

test.each([
  ['near 0', [3, 2000], [2, 10], [50, 1]],
  ['a far feature', [3, 1.7e9], [2, 1e5], [50, 1]],
  ['a far target', [3, 20], [2, 10], [2_460_000, 3]],
  ['enormous columns', [3e37, 0], [1e37, 1e38], [1e38, 1e34]],
  ['minute columns', [0, 1e-40], [1e-38, 1e-42], [0, 1e-40]],
] as const)('a model is verified on both sides of its scaling: %s', async (_name, mean, std, target) => {
  const data = far([...mean], [...std], [...target])
  const network = randomNetwork(data, (b) => b.dense(b.dense(b.input, 3), 1))
  const { relativeError } = await saveModel({ name: 'net', metric: 'rmse', data, ...network }, folder)
  expect(relativeError).toBeLessThan(5e-5)
  expect(readPreprocess(folder).outside).toEqual(scalesApart(data.scaler).outside)
})

test.each([
  ['near 0', [3, 2000], [2, 10]],
  ['a far feature', [3, 1.7e9], [2, 1e5]],
] as const)('a model bends its inputs in, whichever side scales them: %s', async (_name, mean, std) => {
  const bend = 1.5
  const data = far([...mean], [...std], [50, 1])
  const inputs = data.inputs.map((z) => bend * Math.tanh(z / bend))
  const network = randomNetwork(data, (b) => b.dense(b.dense(b.input, 3), 1))
  const prepared = { ...data, inputs, scaler: { ...data.scaler, bend } }
  const { relativeError } = await saveModel(
    { name: 'net', metric: 'rmse', data: prepared, ...network },
    folder,
  )
  expect(relativeError).toBeLessThan(5e-5)
  // It is the bend that makes them agree.
  await expect(verifyExport(folder, network, data)).rejects.toThrow(/differs from the network/)
})

test('verification measures values by their spread: a lost digit behind an offset is found', async () => {
  const data = far([3, 20], [2, 10], [1e6, 1])
  const network = randomNetwork(data, (b) => b.dense(b.input, 1))
  const { graph, values } = network
  // All of the scaling in 32-bit layers, as if the target were near 0.
  const model = toLayersModel({ name: 'net', graph, values, scales: data.scaler, task: data.dataset.task })
  const near = { ...data, scaler: { ...data.scaler, target: { mean: [0], std: [1] } } }
  await writeModel(model, near, 'rmse', folder)
  model.dispose()
  await expect(verifyExport(folder, network, data)).rejects.toThrow(
    /differs from the network: relative error/,
  )
})

test('a model without the part outside, of an earlier version, does all by itself', () => {
  const data = far([3, 20], [2, 10], [50, 1])
  writeSealed(join(folder, 'preprocess.json'), { ...preprocessOf(data, 'rmse'), files: {} })
  const path = join(folder, 'preprocess.json')
  const { outside, files, sha256, ...old } = JSON.parse(readFileSync(path, 'utf8')) as Preprocess & {
    sha256: string
  }
  expect([outside, files, sha256]).not.toContain(undefined)
  writeFileSync(path, JSON.stringify(old))
  expect(readPreprocess(folder).outside).toEqual({
    input: { mean: [0, 0], std: [1, 1] },
    target: { mean: [0], std: [1] },
  })
})
