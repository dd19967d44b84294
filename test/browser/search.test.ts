import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { io } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/base/hash.js'
import * as browser from '../../src/browser.js'
import { fromFiles, search, type SearchRequest } from '../../src/index.js'
import { mlpCell } from '../../src/spaces.js'
import { temporaryFolder } from '../runs/helper.js'

const folder = temporaryFolder()

/** Two rings in two channels, and one that says nothing. */
const x = Array.from({ length: 160 }, (_, i) => [Math.sin(i), Math.cos(5 * i), Math.sin(11 * i)])
const y = x.map(([a, b]) => (a! ** 2 + b! ** 2 > 1 ? 'out' : 'in'))

/** On the backend that has no binaries, so that the entry point for browsers starts here, too. */
const request = {
  space: mlpCell({ blocks: 1, width: 8, hidden: 8 }),
  backend: 'cpu' as const,
  search: { steps: 20, batch: 16 },
  retrain: { steps: 20, batch: 16 },
  seed: 4,
}

describe('a search as a browser runs it', () => {
  test('finds what Node finds, and its model is the same files', async () => {
    const found = await browser.search({ ...request, data: browser.fromArrays(x, y) })
    const inNode = await search({ ...request, data: browser.fromArrays(x, y) })
    expect(found.architecture).toEqual(inNode.architecture)
    expect(found.metrics).toEqual(inNode.metrics)
    expect(found.model.predict(x)).toEqual(inNode.model.predict(x))
    expect(await found.report()).toContain('<!doctype html>')
    await inNode.model.save(join(folder, 'model'))
    const files = await found.model.files()
    for (const [name, bytes] of Object.entries(files))
      expect(Buffer.from(bytes).equals(readFileSync(join(folder, 'model', name))), name).toBe(true)
    let saved: io.ModelArtifacts | undefined
    await found.model.save(
      io.withSaveHandler((artifacts) => {
        saved = artifacts
        return Promise.resolve({
          modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' },
        })
      }),
    )
    expect(saved!.userDefinedMetadata).toMatchObject({ format: 'sentei-preprocess/2' })
  })

  test('goes on from checkpoints in memory', async () => {
    const checkpoints = browser.memoryCheckpoints()
    const stop = new AbortController()
    const asked = { ...request, data: browser.fromArrays(x, y), checkpoints }
    const onEvent = ({ type }: browser.Event) => type === 'evaluation' && stop.abort()
    const stopped = browser.search({ ...asked, onEvent, signal: stop.signal })
    await expect(stopped).rejects.toThrow(browser.Interrupted)
    const whole = await browser.search({ ...request, data: browser.fromArrays(x, y) })
    expect((await browser.search(asked)).metrics).toEqual(whole.metrics)
  })
})

const data = browser.fromArrays(x, y)

test.each<[string, Partial<SearchRequest>, string]>([
  ['a folder', { saveTo: 'runs/x' }, 'saveTo: expected nothing, because there are no files and threads here'],
  [
    'threads',
    { workers: 2 },
    'workers: expected nothing, because there are no files and threads here, got 2',
  ],
  ['a bundled data set', { data: fromFiles({ source: 'digits' }) }, 'config.data.source: expected data of'],
  ['a data file', { data: fromFiles({ file: 'a.csv' }) }, 'config.data.file: expected data of fromArrays'],
  [
    'a file of classes',
    { data: { ...data, data: { ...data.data, classes: 'names.txt' } } },
    'config.data.classes: expected data of',
  ],
  ['a schedule in a file', { schedule: 'mine.json' }, 'config.schedule: expected a preset or a document'],
  ['a near preset', { schedule: 'fixed-l3' }, 'did you mean "fixed-l1"'],
  ['a table of times', { objective: { latency: 'a.json' } }, 'config.objective.latency: expected no table'],
  [
    'a store of lessons',
    { schedule: { planner: 'genetic', base: 'fixed-l1', store: 'lessons' } },
    'config.schedule.planner.store: expected no store',
  ],
  ['another backend', { backend: 'tensorflow' }, 'config.backend: expected wasm or cpu in a browser'],
  ['a format’s key', { data: { ...data, data: { ...data.data, delimiter: ';' } } }, 'config.data.delimiter'],
])('%s is refused', async (_, more, message) => {
  await expect(browser.search({ ...request, data, ...more })).rejects.toThrow(message)
})

test('hashes are those of Node, of texts and of bytes', () => {
  const ofNode = (...parts: (string | Uint8Array)[]) => {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
    return hash.digest('hex')
  }
  // FIPS 180-4, appendix B.1.
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i * 7)
  for (const parts of [[], ['λ[t, k] 剪定 \ud800'], [bytes], ['a', bytes.subarray(3, 200), 'b']])
    expect(sha256(...parts)).toBe(ofNode(...parts))
})

test('a module of TensorFlow.js that is not there is told with its address and what to do', async () => {
  browser.setWasmUrls({ tensorflow: 'http://127.0.0.1:9/simd.wasm' })
  await expect(browser.useBackend('wasm')).rejects.toThrow(
    /^backend wasm: did not start .*serve http:.*simd.wasm, or say where it is: setWasmUrls/,
  )
})
