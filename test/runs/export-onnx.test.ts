import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { checksumsFile } from '../../src/base/checksums.js'
import { nodeSha256 } from '../../src/base/files.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { exporterOf } from '../../src/runs/formats.js'
import { exportedLines } from '../../src/cli/exported-text.js'
import { runProgram } from '../../src/cli/program.js'
import { metadataOf } from '../../src/export/onnx/proto.js'
import { parityFile, type Parity } from '../../src/export/onnx/save.js'
import type { LayersParity } from '../../src/export/precision/save-layers.js'
import { exportRun } from '../../src/runs/formats.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { readFinishedRun } from '../../src/runs/run-folder.js'
import { searchRun } from '../../src/runs/search-run.js'
import { program } from '../cli/helper.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder, ...names)

/** A table of numbers and texts with gaps. */
const csv = ['a,b,y', ...Array.from({ length: 80 }, (_, i) => row(i).join())].join('\n')
function row(i: number): (string | number)[] {
  return [
    i % 9 === 4 ? '' : (i * 7) % 10,
    i % 11 === 5 ? '' : ['red', 'green'][i % 2]!,
    Math.sin(i).toFixed(4),
  ]
}

beforeAll(async () => {
  writeFileSync(at('data.csv'), csv)
  const config = resolveConfig({
    ...tinyMlp,
    data: { file: at('data.csv'), target: 'y', missing: 'median' },
    retrain: { ...tinyMlp.retrain, baseline: false },
  })
  await searchRun({ config, out: at('run') })
})

const parityOf = (file: string) => JSON.parse(readFileSync(parityFile(file), 'utf8')) as Parity

describe('sentei export --format onnx', () => {
  test('writes a verified model, its certificate, and what it was measured on', async () => {
    expect(await program('export', at('run'), '--format', 'onnx', '--out', at('m.onnx'))).toEqual({
      code: 0,
      printed: at('m.onnx'),
    })
    const bytes = readFileSync(at('m.onnx'))
    const { model, data, verified, versions } = parityOf(at('m.onnx'))
    expect(model).toEqual({ file: 'm.onnx', sha256: nodeSha256(bytes), opset: 19 })
    expect(verified).toMatchObject({ split: 'test', differentClasses: 0, tolerance: 1e-4 })
    expect(verified!.rows).toBeGreaterThan(5)
    expect(verified!.relativeError).toBeLessThan(1e-5)
    expect(Object.keys(versions)).toEqual(['sentei', 'node', 'onnxruntime-web'])
    const metadata = metadataOf(bytes)
    const { metrics } = readFinishedRun(at('run'))
    expect(metadata).toMatchObject({
      'sentei.names': '["y"]',
      'sentei.metric': 'rmse',
      'sentei.data.sha256': data.sha256,
      'sentei.splits.sha256': data.splits,
      'sentei.figures': JSON.stringify({
        validation: metrics.validation.final,
        test: metrics.test.final,
      }),
      'sentei.criteria': JSON.stringify(metrics.criteria),
    })
    expect(Object.keys(metadata)).not.toContain('sentei.unverified')
  })

  test('writes the same bytes again, and folds norms if it is to', async () => {
    await exportRun(at('run'), 'onnx', at('again.onnx'))
    expect(readFileSync(at('again.onnx')).equals(readFileSync(at('m.onnx')))).toBe(true)
    await exportRun(at('run'), 'onnx', at('folded.onnx'), undefined, { foldNorms: true })
    expect(parityOf(at('folded.onnx')).verified!.relativeError).toBeLessThan(1e-5)
  })

  test('says in file and certificate where nothing was compared', async () => {
    await exportRun(at('run'), 'onnx', at('blind.onnx'), undefined, { unverified: true })
    expect(parityOf(at('blind.onnx')).verified).toBeNull()
    expect(metadataOf(readFileSync(at('blind.onnx')))['sentei.unverified']).toMatch(/not compared/)
  })

  test('refuses a run that kept no network, one that is damaged, and data that were replaced', async () => {
    const copy = (name: string) => {
      cpSync(at('run'), at(name), { recursive: true })
      return at(name)
    }
    const old = copy('old')
    rmSync(join(old, 'network.safetensors'))
    rmSync(join(old, checksumsFile))
    await expect(exportRun(old, 'onnx', at('x.onnx'))).rejects.toThrow(
      /network\.safetensors: no such file, because the run is older than this kind of file; train the architecture again with "sentei retrain/,
    )
    const broken = copy('broken')
    const path = join(broken, 'network.safetensors')
    const bytes = readFileSync(path)
    bytes[bytes.length - 3]! ^= 1
    writeFileSync(path, bytes)
    await expect(exportRun(broken, 'onnx', at('x.onnx'))).rejects.toThrow(/network\.safetensors: .*damaged/)
    rmSync(join(broken, checksumsFile))
    await expect(exportRun(broken, 'onnx', at('x.onnx'))).rejects.toThrow(/not a readable network \(damaged/)
    writeFileSync(at('data.csv'), csv.replace('\n0,', '\n1,'))
    await expect(exportRun(at('run'), 'onnx', at('x.onnx'))).rejects.toThrow(/expected the data of the run/)
    writeFileSync(at('data.csv'), csv)
    expect(existsSync(at('x.onnx'))).toBe(false)
  })
})

describe('sentei export --precision', () => {
  const lines: string[] = []
  const exported = async (...args: string[]) => {
    lines.length = 0
    const context = { stderr: process.stderr, signal: new AbortController().signal, print: () => undefined }
    return runProgram(['export', at('run'), ...args], { ...context, say: (line) => void lines.push(line) })
  }

  test.each(['float16', 'uint8'])(
    'writes layers in %s that predict, and says what that costs',
    async (name) => {
      expect(await exported('--format', 'layers', '--precision', name, '--out', at(name))).toBe(0)
      const { precision, files } = JSON.parse(readFileSync(at(name, 'parity.json'), 'utf8')) as LayersParity
      expect(files['weights.bin']).toBe(nodeSha256(readFileSync(at(name, 'weights.bin'))))
      expect(precision).toMatchObject({ precision: name, metric: 'rmse', split: 'test', allowed: 0.01 })
      expect(precision.float32).toBeCloseTo(readFinishedRun(at('run')).metrics.test.final!, 6)
      const bytes = (folder: string) => readFileSync(join(folder, 'weights.bin')).length
      expect(bytes(at(name))).toBeLessThan(bytes(at('run', 'model')))
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(
        new RegExp(
          `: ${name}: [\\d,]+ bytes, [\\d.]+ % of float32's [\\d,]+; rmse [\\d.]+ on \\d+ test rows, float32 `,
        ),
      )
      const own = await predictFile(at('run'), at('data.csv'))
      const found = await predictFile(at(name), at('data.csv'))
      expect(found.scores!.rmse).toBeCloseTo(own.scores!.rmse!, 2)
    },
  )

  test('writes an ONNX model that computes in whole numbers, and predicts', async () => {
    const file = at('whole.onnx')
    expect(await exported('--format', 'onnx', '--precision', 'int8-qdq', '--out', file)).toBe(0)
    expect(metadataOf(readFileSync(file))['sentei.precision']).toBe('int8-qdq')
    expect(lines[0]).toContain('the same model in float32: verified in onnxruntime-web')
    expect(lines[1]).toContain('int8-qdq: ')
    expect((await predictFile(file, at('data.csv'))).scores!.rmse).toBeGreaterThan(0)
    const { precision } = parityOf(file)
    const loses = { ...parityOf(file), precision: { ...precision!, worse: 0.2, within: false } }
    writeFileSync(parityFile(file), JSON.stringify(loses))
    expect(exportedLines(at('run'), file, exporterOf('onnx').model!.exported(file, true)).at(-1)).toContain(
      'int8-qdq loses more than the tolerance of 1 %, and more than chance (',
    )
  })

  test('refuses what a format does not have, and says the size of others', async () => {
    await expect(exported('--format', 'layers', '--precision', 'int8', '--out', at('y'))).rejects.toThrow(
      '--precision: expected one of float32, float16, uint8 for --format layers, got int8',
    )
    await expect(exportRun(at('run'), 'dot', at('y'), undefined, { precision: 'float16' })).rejects.toThrow(
      '--precision: expected --format layers or onnx beside it, got dot',
    )
    expect(existsSync(at('y'))).toBe(false)
    expect(await exported('--format', 'layers', '--out', at('plain'))).toBe(0)
    expect(lines[0]).toMatch(/plain: [\d,]+ bytes; test rmse [\d.]+$/)
    expect(existsSync(at('plain', 'parity.json'))).toBe(false)
  })
})

describe('sentei predict with an ONNX file', () => {
  test('predicts what the run’s own model does, and scores it', async () => {
    const own = await predictFile(at('run'), at('data.csv'))
    const found = await predictFile(at('m.onnx'), at('data.csv'))
    expect(found.values.length).toBe(80)
    found.values.forEach(([y], i) => expect(y).toBeCloseTo(own.values[i]![0]!, 4))
    expect(found.scores!.rmse).toBeCloseTo(own.scores!.rmse!, 5)
    expect({ ...found, values: [], scores: {} }).toEqual({ ...own, values: [], scores: {} })
  })

  test('refuses other files, and a model that is not that of its certificate', async () => {
    await expect(predictFile(at('none.onnx'), at('data.csv'))).rejects.toThrow(/none\.onnx: no such file/)
    writeFileSync(at('text.onnx'), 'hello')
    await expect(predictFile(at('text.onnx'), at('data.csv'))).rejects.toThrow(
      /text\.onnx: expected an ONNX model that Sentei exported/,
    )
    cpSync(parityFile(at('folded.onnx')), parityFile(at('blind.onnx')))
    await expect(predictFile(at('blind.onnx'), at('data.csv'))).rejects.toThrow(
      /blind\.onnx: damaged: its content is not what was written/,
    )
  })
})
