import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { packagePath, writeJson } from '../../src/base/files.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { exportRun } from '../../src/runs/formats.js'
import { deriveRun } from '../../src/runs/derive-run.js'
import { freezeRun } from '../../src/runs/freeze-run.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { readRun } from '../../src/runs/read-run.js'
import { retrainRun } from '../../src/runs/retrain-run.js'
import { readFinishedRun } from '../../src/runs/run-folder.js'
import { resumeRun, searchRun } from '../../src/runs/search-run.js'
import { contentOf, temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder, ...names)
const config = resolveConfig({
  ...tinyMlp,
  data: { file: at('data.csv'), target: 'compressive_strength' },
  retrain: { ...tinyMlp.retrain, baseline: false },
})

beforeAll(async () => {
  writeFileSync(at('data.csv'), gunzipSync(readFileSync(packagePath('data', 'concrete', 'concrete.csv.gz'))))
  await searchRun({ config, out: at('whole') })
  const controller = new AbortController()
  let evaluations = 0
  const stopped = searchRun({
    config,
    out: at('stopped'),
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === 'evaluation' && ++evaluations === 4) controller.abort()
    },
  })
  await expect(stopped).rejects.toThrow(Interrupted)
})

/** A copy of a run, to damage it. */
function copyOf(run: string, name: string): string {
  cpSync(at(run), at(name), { recursive: true })
  return at(name)
}

/** Changes one bit in the middle of a file. */
function flip(...names: string[]): void {
  const path = join(...names)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

const size = (...names: string[]) => readFileSync(join(...names)).length

describe('an interrupted run', () => {
  test('whose log lost its end goes on from the checkpoint before, with the same result', async () => {
    const run = copyOf('stopped', 'cut')
    truncateSync(join(run, 'events.jsonl'), size(run, 'events.jsonl') - 400)
    await expect(resumeRun(run)).rejects.toThrow(
      /events\.jsonl: expected the \d+ bytes that the checkpoint records, got \d+; go on from the checkpoint before it, with the same result: "sentei resume .*cut --previous"/,
    )
    await resumeRun(run, { previous: true })
    expect(contentOf(run)).toEqual(contentOf(at('whole')))
    expect(readFileSync(join(run, 'events.jsonl')).includes(0)).toBe(false)
  })

  test('whose log is all but gone begins anew, with the same result', async () => {
    const run = copyOf('stopped', 'gone')
    truncateSync(join(run, 'events.jsonl'), 10)
    const remedy =
      /events\.jsonl: expected .* bytes .*, got 10; remove .*checkpoint and "sentei resume .*": the search begins anew/
    await expect(resumeRun(run)).rejects.toThrow(remedy)
    await expect(resumeRun(run, { previous: true })).rejects.toThrow(remedy)
    rmSync(join(run, 'checkpoint'), { recursive: true })
    await resumeRun(run)
    expect(contentOf(run)).toEqual(contentOf(at('whole')))
  })

  test.each(['checkpoint/search.safetensors', 'events.jsonl', 'config.json', 'checksums.json'])(
    'with a flipped bit in %s is refused',
    async (name) => {
      const run = copyOf('stopped', `flip-${name.replace('/', '-')}`)
      flip(run, name)
      await expect((async () => resumeRun(run))()).rejects.toThrow(
        new RegExp(`${name}: (damaged|not a readable|expected)`),
      )
    },
  )

  test('without its last checkpoint offers the one before', async () => {
    const run = copyOf('stopped', 'without')
    rmSync(join(run, 'checkpoint/search.safetensors'))
    await expect(resumeRun(run)).rejects.toThrow(
      /search\.safetensors: no such file; go on from the checkpoint before/,
    )
  })

  test('of data that were replaced is refused before its first checkpoint, too', async () => {
    const run = copyOf('stopped', 'early')
    rmSync(join(run, 'checkpoint'), { recursive: true })
    const lines = readFileSync(at('data.csv'), 'utf8')
    try {
      writeFileSync(at('data.csv'), lines.split('\n').slice(0, -20).join('\n'))
      await expect(resumeRun(run)).rejects.toThrow(
        /expected the data of the run \(hash .*they were replaced since/,
      )
      await expect(retrainRun({ run: at('whole'), out: at('mixed') })).rejects.toThrow(
        /they were replaced since/,
      )
      await expect(deriveRun(at('whole'), { rule: 'perturbation' })).rejects.toThrow(
        /they were replaced since/,
      )
    } finally {
      writeFileSync(at('data.csv'), lines)
    }
  })
})

describe('a finished run', () => {
  const remedy = 'restore it from a copy, or remove .*metrics\\.json and "sentei resume'

  test.each(['architecture.json', 'metrics.json', 'timings.json'])(
    'with a flipped bit in %s is refused',
    (name) => {
      const run = copyOf('whole', `bad-${name}`)
      flip(run, name)
      expect(() => readFinishedRun(run)).toThrow(
        new RegExp(`${name}: damaged: its content is not what was written; ${remedy}`),
      )
      expect(() => readRun(run)).toThrow(new RegExp(`${name}: damaged`))
    },
  )

  test.each(['events.jsonl', 'schedule.csv'])('with a flipped bit in %s is not read', (name) => {
    const run = copyOf('whole', `read-${name}`)
    flip(run, name)
    expect(() => readRun(run)).toThrow(new RegExp(`${name}: damaged`))
    expect(() => freezeRun(run)).toThrow(new RegExp(`${name}: damaged`))
  })

  test('that lost a file says that it was there, and is made whole as it says', async () => {
    const run = copyOf('whole', 'lost')
    rmSync(join(run, 'architecture.json'))
    expect(() => readFinishedRun(run)).toThrow(
      new RegExp(`architecture\\.json: no such file, though the run wrote it; ${remedy}`),
    )
    rmSync(join(run, 'metrics.json'))
    await resumeRun(run)
    expect(contentOf(run)).toEqual(contentOf(at('whole')))
    readRun(run)
  })

  test('of before there were checksums is read, and what is no such file is told', () => {
    const run = copyOf('whole', 'old')
    rmSync(join(run, 'checksums.json'))
    expect(readFinishedRun(run).metrics).toEqual(readFinishedRun(at('whole')).metrics)
    for (const [name, content, message] of [
      ['metrics.json', [], 'expected a JSON object'],
      ['metrics.json', {}, 'metric: expected string, got nothing'],
      ['architecture.json', {}, 'format: expected'],
      ['timings.json', 7, 'expected a JSON object'],
    ] as const) {
      const damaged = copyOf('old', `old-${name}-${JSON.stringify(content).length}`)
      writeJson(join(damaged, name), content)
      expect(() => readFinishedRun(damaged), name).toThrow(message)
    }
    appendFileSync(join(run, 'events.jsonl'), '{"type":"evaluation"}\n')
    expect(() => readRun(run)).toThrow(/events\.jsonl:\d+\.stage: expected string, got nothing/)
  })

  test('leaves neither lock nor half-written file', () => {
    const names = readdirSync(at('whole'), { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => /lock|tmp/.test(name))).toEqual([])
  })
})

describe('a model', () => {
  const model = ['weights.bin', 'model.json', 'preprocess.json']

  test.each(model)(
    'with a flipped bit in %s is neither used nor exported, wherever it was copied',
    async (name) => {
      const run = copyOf('whole', `model-${name}`)
      flip(run, 'model', name)
      cpSync(join(run, 'model'), at(`away-${name}`), { recursive: true })
      const message = new RegExp(`${name}: (damaged: |expected a JSON ).*; restore it from a copy`)
      await expect(predictFile(run, at('data.csv'))).rejects.toThrow(message)
      await expect(predictFile(at(`away-${name}`), at('data.csv'))).rejects.toThrow(message)
      await expect(exportRun(run, 'layers', at('out'))).rejects.toThrow(message)
      expect(existsSync(at('out'))).toBe(false)
    },
  )

  test.each(model)('without %s is refused with its name', async (name) => {
    const run = copyOf('whole', `model-without-${name}`)
    rmSync(join(run, 'model', name))
    await expect(predictFile(run, at('data.csv'))).rejects.toThrow(new RegExp(`model/${name}: no such file`))
  })

  test('of before there were checksums is used as it is, and what is no model is told', async () => {
    const run = copyOf('whole', 'model-old')
    const path = (name: string) => join(run, 'model', name)
    const { files, sha256, ...old } = JSON.parse(readFileSync(path('preprocess.json'), 'utf8')) as Record<
      string,
      unknown
    >
    expect([files, sha256]).not.toContain(undefined)
    writeJson(path('preprocess.json'), old)
    expect(await predictFile(run, at('data.csv'))).toEqual(await predictFile(at('whole'), at('data.csv')))
    for (const [name, content, message] of [
      ['model.json', {}, 'model.json.modelTopology: expected'],
      ['model.json', { modelTopology: {}, weightsManifest: [] }, 'expected a model that TensorFlow.js loads'],
      ['preprocess.json', { ...old, task: 7 }, 'preprocess.json.task: expected'],
    ] as const) {
      const bad = copyOf('model-old', `model-bad-${message.length}`)
      writeJson(join(bad, 'model', name), content)
      await expect(predictFile(bad, at('data.csv'))).rejects.toThrow(message)
    }
    truncateSync(path('weights.bin'), 100)
    await expect(predictFile(run, at('data.csv'))).rejects.toThrow(
      /weights\.bin: expected \d+ bytes, got 100/,
    )
  })
})
