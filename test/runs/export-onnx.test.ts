import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { checksumsFile } from '../../src/base/checksums.js'
import { sha256 } from '../../src/base/files.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { metadataOf } from '../../src/export/onnx/proto.js'
import { parityFile, type Parity } from '../../src/export/onnx/save.js'
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
  await useBackend('wasm')
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
    expect(model).toEqual({ file: 'm.onnx', sha256: sha256(bytes), opset: 19 })
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
      /network\.safetensors: no such file, as in runs of before there was one; train the architecture again with "sentei retrain/,
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
