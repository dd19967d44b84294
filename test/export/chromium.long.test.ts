import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { build as bundle } from 'esbuild'
import * as ort from 'onnxruntime-web'
import { chromium as playwright, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { packagePath } from '../../src/base/files.js'
import { fileless } from '../../src/browser/host.js'
import { modelOf } from '../../src/browser/model.js'
import { gather } from '../../src/data/batches.js'
import { scale } from '../../src/data/scale.js'
import { agreement } from '../../src/export/agreement.js'
import { modelContent, modelFiles, preprocessOf } from '../../src/export/model-content.js'
import { loadModel } from '../../src/export/model-files.js'
import { onnxPredictions } from '../../src/export/onnx/in-session.js'
import { onnxModel, onnxPreprocess } from '../../src/export/onnx/model.js'
import { preciseModel } from '../../src/export/onnx/precise.js'
import { modelBytes } from '../../src/export/onnx/proto.js'
import { rawFeedsOf, rawInputs } from '../../src/export/onnx/raw-inputs.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { preciseContent } from '../../src/export/precision/layers.js'
import type { Precision } from '../../src/export/precision/names.js'
import { exporterOf } from '../../src/runs/formats.js'
import { layersModelOf, type TrainedNetwork } from '../../src/export/trained.js'
import { fromArrays } from '../../src/library/data.js'
import { configOf } from '../../src/library/request.js'
import { searchInMemory } from '../../src/library/search-in-memory.js'
import { hostedTrial } from '../../src/setup/hosted-trial.js'
import { mlpCell } from '../../src/spaces.js'
import { chromium } from '../browser/chromium.js'
import { table } from '../supernet/conformance/table.js'
import { derived } from './derived.js'
import { temporaryFolder } from './helper.js'
import { servePage, type PageServer } from './page.js'
import { preciseNetworks } from './precise-networks.js'

const folder = temporaryFolder()
const executablePath = chromium()

/** What each model said in Node. */
interface Said {
  readonly trained: TrainedNetwork
  readonly rows: Uint32Array
  readonly outputs: Float64Array
}
const inLayers = new Map<string, Said>()
const inOnnx = new Map<string, Said>()

const sizeOf = ({ data }: TrainedNetwork) => data.dataset.shape.reduce((product, n) => product * n, 1)

/** Writes a LayersModel with what it is fed, and what TensorFlow.js predicts here. */
async function writeLayers(
  trained: TrainedNetwork,
  precision: Precision,
  name = trained.name,
): Promise<void> {
  const { data, metric } = trained
  const place = `${name}-${precision}`
  const model = layersModelOf(trained)
  const content = preciseContent(await modelContent(model, data, metric), precision)
  model.dispose()
  mkdirSync(join(folder, place))
  for (const file of modelFiles) writeFileSync(join(folder, place, file), content[file])
  const rows = [data.splits.test, data.splits.validation].find(({ length }) => length > 0)!.slice(0, 60)
  const { outside, fill } = preprocessOf(data, metric)
  const values = scale(gather(data.dataset.inputs, sizeOf(trained), rows), outside.input, fill)
  const shape = [rows.length, ...data.dataset.shape]
  writeFileSync(join(folder, `${place}.json`), JSON.stringify({ values: [...values], shape }))
  const loaded = await loadModel(place, (file) => content[file as (typeof modelFiles)[number]])
  const outputs = Float64Array.from(predicted(loaded, values, shape))
  loaded.dispose()
  inLayers.set(place, { trained, rows, outputs })
}

const predicted = (model: LayersModel, values: Float32Array, shape: number[]): Float32Array =>
  tf.tidy(() => (model.predict(tf.tensor(values, shape)) as tf.Tensor).dataSync<'float32'>())

/** Writes an ONNX model with its feeds, and what onnxruntime-web predicts here. */
async function writeOnnx(trained: TrainedNetwork, precision: Precision): Promise<void> {
  const { data, name } = trained
  const { inputs, shape } = data.dataset
  const place = `onnx-${name}-${precision}`
  const bytes = modelBytes(await preciseModel(onnxModel(trained, { foldNorms: true }), precision, trained))
  const rows = data.splits.test.slice(0, 60)
  const preprocess = onnxPreprocess(trained)
  const session = await onnxSession(bytes, 'tests')
  const { outputs } = await onnxPredictions(session, preprocess, inputs, rows)
  await session.release()
  const feeds = rawFeedsOf(rawInputs(preprocess), gather(inputs, sizeOf(trained), rows), shape.at(-1)!)
  writeFileSync(join(folder, `${place}.onnx`), bytes)
  const plain = feeds.map(({ values, ...feed }) => ({ ...feed, values: [...values] }))
  writeFileSync(join(folder, `${place}.json`), JSON.stringify({ feeds: plain }))
  inOnnx.set(place, { trained, rows, outputs })
}

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let server: PageServer
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    for (const trained of await preciseNetworks()) {
      for (const precision of exporterOf('layers').model!.precisions) await writeLayers(trained, precision)
      for (const precision of exporterOf('onnx').model!.precisions) await writeOnnx(trained, precision)
    }
    for (const [at, [, instance]] of table.entries())
      for (const seed of [1, 2])
        await writeLayers(derived(instance, seed, 'drop'), 'float32', `${instance.space}-${at}-${seed}`)
    await bundle({
      absWorkingDir: packagePath('.'),
      entryPoints: ['test/export/layers-in-page.js'],
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      logLevel: 'error',
      external: ['/ort.wasm.min.mjs', 'canvas'],
    })
    const scripts = ['in-page.js', 'layers-in-page.js'].map(
      (name) => `<script type="module" src="/${name}"></script>`,
    )
    server = await servePage({ '': `<!doctype html>${scripts.join('')}` }, [
      ...[folder, packagePath('test', 'export'), packagePath('packages', 'kernels', 'dist')],
      packagePath('node_modules', 'onnxruntime-web', 'dist'),
      packagePath('node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist'),
    ])
    browser = await playwright.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
    page = await browser.newPage()
    await page.goto(server.url)
    await page.waitForFunction('window.predictAll && window.searchOnnx')
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  /** The largest relative error of a page's outputs by precision; those of other classes are counted. */
  function worstOf(told: Readonly<Record<string, readonly number[]>>, wanted: ReadonlyMap<string, Said>) {
    expect(Object.keys(told).sort()).toEqual([...wanted.keys()].sort())
    const worst: Record<string, number> = {}
    for (const [name, { trained, rows, outputs }] of wanted) {
      const { relativeError } = agreement(outputs, Float64Array.from(told[name]!), rows.length, trained.data)
      const precision = /(float32|float16|uint8|int8-qdq)$/.exec(name)![1]!
      worst[precision] = Math.max(worst[precision] ?? 0, relativeError)
    }
    console.log(
      Object.entries(worst)
        .map(([name, error]) => `${name} ${error.toExponential(1)}`)
        .join(', '),
    )
    return worst
  }

  test('a page’s TensorFlow.js reads LayersModels of every space and precision and predicts what Node does', async () => {
    const names = JSON.stringify([...inLayers.keys()])
    const worst = worstOf(await page.evaluate(`predictLayers(${names})`), inLayers)
    expect(Object.keys(worst)).toEqual(['float32', 'float16', 'uint8'])
    for (const error of Object.values(worst)) expect(error).toBeLessThan(1e-4)
  })

  test('a page’s onnxruntime-web runs every precision of ONNX and predicts what Node does', async () => {
    const names = JSON.stringify([...inOnnx.keys()])
    const told = await page.evaluate<Record<string, { outputs: number[] }>>(`predictAll(${names})`)
    const outputs = Object.fromEntries(Object.entries(told).map(([name, each]) => [name, each.outputs]))
    const worst = worstOf(outputs, inOnnx)
    expect(Object.keys(worst)).toEqual(['float32', 'float16', 'uint8', 'int8-qdq'])
    // It is the same module of WebAssembly.
    for (const error of Object.values(worst)) expect(error).toBeLessThan(1e-4)
  })

  test('a search in a page gives the ONNX file that it gives in Node, to the last bit', async () => {
    const x = Array.from({ length: 160 }, (_, i) => [Math.sin(i), Math.cos(5 * i)])
    const y = x.map(([a, b]) => (a! ** 2 + b! ** 2 > 1 ? 'out' : 'in'))
    const options = { blocks: 1, width: 8, hidden: 8 }
    const settings = {
      seed: 4,
      backend: 'wasm' as const,
      search: { steps: 20, batch: 16 },
      retrain: { steps: 20, batch: 16 },
    }
    const told = await page.evaluate<number[]>(
      `searchOnnx(${JSON.stringify({ x, y, options, ...settings })})`,
    )
    const request = { ...settings, space: mlpCell(options), data: fromArrays(x, y) }
    const { model } = await searchInMemory(request, configOf(request), {
      start: ({ backend }) => useBackend(backend),
      setup: (resolved, own) => hostedTrial(resolved, fileless(request.data.given), own),
      compute: (_, use) => use(),
      model: modelOf,
    })
    expect(Buffer.from(told).equals(await model.toOnnx({ runtime: ort }))).toBe(true)
  })
})
