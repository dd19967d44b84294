import * as ort from 'onnxruntime-web'
import { beforeAll, expect, test } from 'vitest'
import * as browser from '../../src/browser.js'
import type { InputNote } from '../../src/export/onnx/metadata.js'
import { metadataOf } from '../../src/export/onnx/proto.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import type { OnnxRuntime } from '../../src/export/onnx/session.js'
import { mlpCell } from '../../src/spaces.js'

const x = Array.from({ length: 160 }, (_, i) => [Math.sin(i), Math.cos(5 * i), Math.sin(11 * i)])
const y = x.map(([a, b]) => (a! ** 2 + b! ** 2 > 1 ? 'out' : 'in'))

let model: browser.BrowserModel
beforeAll(async () => {
  const found = await browser.search({
    space: mlpCell({ blocks: 1, width: 8, hidden: 8 }),
    data: browser.fromArrays(x, y),
    seed: 4,
    backend: 'cpu',
    search: { steps: 20, batch: 16 },
    retrain: { steps: 60, batch: 16 },
  })
  model = found.model
  ort.env.wasm.numThreads = 1
})

/** What a model's file says of all rows. */
async function probabilities(bytes: Uint8Array): Promise<number[]> {
  const session = await onnxSession(bytes, 'tests')
  const feeds = [
    { name: 'values', type: 'float' as const, dims: [x.length, 3], values: Float32Array.from(x.flat()) },
  ]
  const found = await session.run(feeds)
  await session.release()
  return [...(found.probabilities!.data as Float32Array)]
}

const furthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

test('a model found in a browser is an ONNX file that predicts the same, compared in the page’s own runtime', async () => {
  const bytes = await model.toOnnx({ runtime: ort })
  expect(furthest(await probabilities(bytes), model.probabilities(x).flat())).toBeLessThan(1e-5)
  const metadata = metadataOf(bytes)
  expect(metadata).toMatchObject({ 'sentei.names': '["in","out"]', 'sentei.metric': 'accuracy' })
  expect(metadata).not.toHaveProperty('sentei.unverified')
  const [first] = JSON.parse(metadata['sentei.inputs']!) as InputNote[]
  expect(first!.features![0]!.range![1]).toBeGreaterThan(0.99)
  expect(await model.toOnnx({ runtime: ort })).toEqual(bytes)
})

test('without a runtime the file says that nothing was compared', async () => {
  const bytes = await model.toOnnx({ metadata: { mine: 'yes' } })
  expect(metadataOf(bytes)).toMatchObject({
    'sentei.unverified': expect.stringContaining('not compared') as string,
    mine: 'yes',
  })
})

test.each(['float16', 'uint8'] as const)('kernels are stored as %s', async (precision) => {
  const [bytes, float32] = [await model.toOnnx({ precision, runtime: ort }), await model.toOnnx()]
  expect(metadataOf(bytes)['sentei.precision']).toBe(precision)
  const apart = furthest(await probabilities(bytes), await probabilities(float32))
  expect(apart).toBeGreaterThan(0)
  expect(apart).toBeLessThan(0.02)
})

test('a runtime that computes something else gives no file', async () => {
  const broken: OnnxRuntime = {
    Tensor: ort.Tensor,
    InferenceSession: {
      async create(bytes, options) {
        const session = await ort.InferenceSession.create(bytes, options)
        return {
          inputNames: session.inputNames,
          outputNames: session.outputNames,
          release: () => session.release(),
          async run(feeds) {
            const found = await session.run(feeds)
            return {
              ...found,
              probabilities: { data: (found.probabilities!.data as Float32Array).toReversed() },
            }
          },
        }
      },
    },
  }
  await expect(model.toOnnx({ runtime: broken })).rejects.toThrow(
    /\.onnx: the exported model differs from the network/,
  )
})
