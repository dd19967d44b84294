import { execFile } from 'node:child_process'
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { exportFormats, exportRun } from '../../src/runs/formats.js'
import { readModel } from '../../src/export/model-files.js'
import { readPreprocess } from '../../src/export/preprocess.js'
import { saveModel } from '../../src/export/save.js'
import { modelPredictions, verifyExport } from '../../src/export/verify.js'
import { operationOf } from '../../src/supernet/operations/index.js'
import { bundled, randomNetwork, temporaryFolder } from './helper.js'

const folder = temporaryFolder()
const data = await bundled('digits')
const network = randomNetwork(data, (b) => {
  const x = operationOf('dil-conv-3x3')!.build!(b, b.input, { channels: 3, stride: 1, affine: true })
  return b.dense(b.globalAvgPool(b.node('add', [x, b.batchNorm(x)], { weights: [0.4, 0.6] })), 10)
})
const save = (to: string) =>
  saveModel({ name: 'net', metric: 'accuracy', data, ...network }, join(folder, to))

beforeAll(async () => {
  await save('model')
})

/** What a program without Sentei does: three packages of TensorFlow.js, and the model's address. */
const program = `
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
const model = await loadLayersModel(process.argv[1])
const inputs = JSON.parse(process.argv[2])
const output = model.predict(tf.tensor(inputs, [inputs.length / 64, 8, 8, 1]))
console.log(JSON.stringify([...output.dataSync()]))
`

test('a program that knows only TensorFlow.js loads the model over HTTP and predicts the same', async () => {
  const server = createServer((request, response) => {
    createReadStream(join(folder, 'model', request.url!)).pipe(response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  const inputs = JSON.stringify([...data.dataset.inputs.subarray(0, 4 * 64)])
  const args = ['--input-type=module', '-e', program, `http://127.0.0.1:${port}/model.json`, inputs]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  server.close()

  const model = await readModel(join(folder, 'model'))
  const rows = Uint32Array.of(0, 1, 2, 3)
  const own = modelPredictions(model, readPreprocess(join(folder, 'model')), data.dataset.inputs, rows)
  model.dispose()
  const got = JSON.parse(stdout.trim().split('\n').at(-1)!) as number[]
  expect(got).toHaveLength(40)
  got.forEach((value, i) => expect(value).toBeCloseTo(own[i]!, 5))
})

test('the same network gives the same bytes, in one process too', async () => {
  await save('again')
  for (const name of ['model.json', 'weights.bin', 'preprocess.json'])
    expect(readFileSync(join(folder, 'again', name)).equals(readFileSync(join(folder, 'model', name)))).toBe(
      true,
    )
})

test('verification finds a model that predicts something else, and leaves no tensor behind', async () => {
  await save('broken')
  const path = join(folder, 'broken', 'weights.bin')
  const bytes = readFileSync(path)
  const weights = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  weights[weights.length - 1]! += 1
  writeFileSync(path, bytes)
  await expect(verifyExport(join(folder, 'broken'), network, data)).rejects.toThrow(
    /broken: the exported model differs from the network: relative error .*, \d+ of 360 classes/,
  )
})

test('what is no model is refused with its path', async () => {
  await expect(readModel(folder)).rejects.toThrow(/model\.json: no such file; is this the folder of a model/)
})

test('formats that do not exist are refused with those that do', async () => {
  expect(exportFormats).toEqual(['layers', 'onnx', 'architecture', 'dot', 'svg'])
  await expect(exportRun(folder, 'tflite', 'x')).rejects.toThrow(
    '--format: expected one of layers, onnx, architecture, dot, svg, got "tflite"',
  )
  await expect(exportRun(folder, 'svgg', 'x')).rejects.toThrow('did you mean "svg"?')
  await expect(exportRun(folder, 'dot', 'x')).rejects.toThrow(
    /architecture\.json: no such file; is this the folder of a run\?/,
  )
})
