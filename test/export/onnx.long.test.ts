import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium as playwright, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { gather } from '../../src/data/batches.js'
import { prepareData } from '../../src/data/prepare.js'
import { onnxPreprocess, toOnnx, type OnnxOptions } from '../../src/export/onnx/model.js'
import { rawFeedsOf, rawInputs } from '../../src/export/onnx/raw-inputs.js'
import { verifyOnnx } from '../../src/export/onnx/verify.js'
import type { TrainedNetwork } from '../../src/export/trained.js'
import { agreement, networkPredictions } from '../../src/export/agreement.js'
import { spaces } from '../../src/registry.js'
import { chromium } from '../browser/chromium.js'
import { workplace } from '../data/helpers.js'
import { blocksOf } from '../docs/markdown.js'
import { table } from '../supernet/conformance/table.js'
import { derived } from './derived.js'
import { bundled, randomNetwork, temporaryFolder } from './helper.js'
import { pythonWith } from '../helpers/python.js'

const folder = temporaryFolder()
const place = workplace()
const python = pythonWith(folder, ['onnx', 'onnxruntime', 'numpy'])
const executablePath = chromium()

/** What each written model has to predict. */
const wanted = new Map<string, { trained: TrainedNetwork; rows: Uint32Array; outputs: Float64Array }>()

/** Verifies a model here, and writes it with its feeds for other runtimes. */
async function written(name: string, trained: TrainedNetwork, options: OnnxOptions = {}): Promise<void> {
  const { data } = trained
  const bytes = toOnnx(trained, options)
  expect((await verifyOnnx(bytes, trained)).relativeError, name).toBeLessThan(1e-4)
  const rows = [data.splits.test, data.splits.validation].find(({ length }) => length > 0)!.slice(0, 40)
  const { shape, inputs } = data.dataset
  const size = shape.reduce((product, n) => product * n, 1)
  const feeds = rawFeedsOf(rawInputs(onnxPreprocess(trained)), gather(inputs, size, rows), shape.at(-1)!)
  const plain = feeds.map(({ values, ...feed }) => ({ ...feed, values: [...values] }))
  writeFileSync(join(folder, `${name}.onnx`), bytes)
  // NaN becomes null, which the runtimes turn back.
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ feeds: plain }))
  wanted.set(name, { trained, rows, outputs: networkPredictions(trained, data, rows) })
}

test('every space has an instance here', () => {
  const found = new Set(table.map(([, { space }]) => space))
  expect(spaces.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
})

describe.each(table)('%s', (_name, instance) => {
  const at = table.findIndex(([, each]) => each === instance)
  test.each([1, 2, 4])('in onnxruntime-web predicts what it did (%i)', async (seed) => {
    for (const gates of ['keep', 'drop'] as const)
      await written(`${instance.space}-${at}-${seed}-${gates}`, derived(instance, seed, gates), {
        foldNorms: gates === 'drop',
      })
  })
})

test('tables of texts with gaps, images and series are there as well', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    i % 7 === 3 ? '' : Math.sin(i),
    1_700_000_000 + 60 * i,
    i % 5 === 2 ? 'NA' : ['rot', 'grün', 'blau'][i % 3],
    i % 2 === 0 ? 'yes' : 'no',
  ])
  place.write(['size,time,colour,class', ...rows.map((row) => row.join())].join('\n'))
  for (const missing of ['mean', 'indicator']) {
    const data = await prepareData(place.config({ target: 'class', missing }), place.folder)
    const network = randomNetwork(data, (b) => b.dense(b.activation(b.dense(b.input, 6), 'tanh'), 2))
    await written(`texts-${missing}`, { name: 'net', metric: 'any', data, ...network })
  }
  for (const source of ['digits', 'chicago', 'concrete']) {
    const data = await bundled(source)
    const outputs = source === 'digits' ? 10 : 1
    const network = randomNetwork(data, (b) =>
      data.dataset.shape.length === 1
        ? b.dense(b.input, outputs)
        : b.dense(b.flatten(b.conv(b.input, { channels: 3, kernel: 3, dilation: 2 })), outputs),
    )
    // The examples of the documentation load a model of concrete under this name.
    await written(source === 'concrete' ? 'first' : source, { name: 'net', metric: 'any', data, ...network })
  }
})

interface Told {
  readonly outputs: readonly (number | null)[]
  readonly labels: readonly string[] | null
}

/** Compares what another runtime predicts with what the networks did. */
function expectSame(told: Readonly<Record<string, Told>>, runtime: string): void {
  expect(Object.keys(told).sort()).toEqual([...wanted.keys()].sort())
  let worst = 0
  for (const [name, { trained, rows, outputs }] of wanted) {
    const found = Float64Array.from(told[name]!.outputs, (value) => value ?? NaN)
    const { relativeError, differentClasses } = agreement(outputs, found, rows.length, trained.data)
    expect(relativeError, name).toBeLessThan(1e-4)
    expect(differentClasses, name).toBe(0)
    const { task } = trained.data.dataset
    const { labels } = told[name]!
    if (task.kind === 'classification')
      labels!.forEach((label, row) => {
        const own = found.subarray(row * task.classes.length, (row + 1) * task.classes.length)
        expect(own[task.classes.indexOf(label)], name).toBe(Math.max(...own))
      })
    worst = Math.max(worst, relativeError)
  }
  console.log(`${runtime}: ${wanted.size} models, relative error at most ${worst.toExponential(1)}`)
}

test.skipIf(python === undefined)('Python checks and runs all of them, and predicts the same', () => {
  const script = packagePath('test', 'export', 'check_onnx.py')
  const told = execFileSync(python!, [script, folder], { maxBuffer: 2 ** 28 }).toString()
  expectSame(JSON.parse(told) as Record<string, Told>, "Python's onnxruntime")
})

/** The one example of the page about delivery in a language. */
function exampleIn(language: string): string {
  const found = blocksOf('docs/deliver.md').filter(({ info }) => info === language)
  expect(found.length).toBe(1)
  return found[0]!.text
}

/** Expects an example to print what the network predicts for its row of concrete. */
function expectExample(printed: string): void {
  const { trained } = wanted.get('first')!
  const { inputs } = trained.data.dataset
  const row = [540, 0, 0, 162, 2.5, 1040, 676, 28]
  // It is the first row of the data.
  expect([...inputs.subarray(0, 8)]).toEqual(row)
  const [megapascals] = networkPredictions(trained, trained.data, Uint32Array.of(0))
  const [, number, unit] = /^(\S+) (\w+)\s*$/.exec(printed)!
  expect(Number(number)).toBeCloseTo(megapascals!, 3)
  expect(unit).toBe('MPa')
}

test.skipIf(python === undefined)("Python's example in the documentation prints what it says", () => {
  expectExample(execFileSync(python!, ['-c', exampleIn('python')], { cwd: folder }).toString())
})

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let server: Server
  let browser: Browser

  beforeAll(async () => {
    server = createServer(({ url }, response) => {
      const name = url!.slice(1).replace('ort/', '')
      if (name === 'example') return response.setHeader('content-type', 'text/html').end(exampleIn('html'))
      const place = name.startsWith('ort') ? runtime : name === 'in-page.js' ? here : folder
      const path = join(place, name)
      if (name !== '' && !(existsSync(path) && statSync(path).isFile())) return response.writeHead(404).end()
      const type = name === '' ? 'text/html' : name.endsWith('js') ? 'text/javascript' : types(name)
      response.writeHead(200, { 'content-type': type })
      if (name === '') response.end('<!doctype html><script type="module" src="/in-page.js"></script>')
      else createReadStream(path).pipe(response)
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    browser = await playwright.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  test('the page of the documentation shows what it says', async () => {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/example`)
    await page.waitForFunction('document.title')
    expectExample(await page.title())
  })

  test('a page runs all of them, and predicts the same', async () => {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction('window.predictAll')
    const names = JSON.stringify([...wanted.keys()])
    const told = await page.evaluate<Record<string, Told>>(`predictAll(${names})`)
    expectSame(told, 'Chromium')
  })
})

const runtime = packagePath('node_modules', 'onnxruntime-web', 'dist')
const here = packagePath('test', 'export')
const types = (name: string): string =>
  name.endsWith('.wasm')
    ? 'application/wasm'
    : name.endsWith('.json')
      ? 'application/json'
      : 'application/octet-stream'
