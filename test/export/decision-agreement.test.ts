import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { withDecision } from '../../src/data/decision.js'
import { prepareData } from '../../src/data/prepare.js'
import type { PreparedData } from '../../src/data/types.js'
import { modelContent, modelFiles } from '../../src/export/model-content.js'
import { toOnnx } from '../../src/export/onnx/model.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { layersModelOf, type TrainedNetwork } from '../../src/export/trained.js'
import { predictorOf } from '../../src/library/predictor.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { resolveTraining } from '../../src/train/training.js'
import { decidedBy } from '../../src/trial/decide.js'
import type { Trial } from '../../src/trial/types.js'
import { workplace } from '../data/helpers.js'
import { randomNetwork } from './helper.js'

const { folder, write, config } = workplace()

const draw = randomSource(3)
const rows = Array.from({ length: 400 }, (_, i) => {
  const stream = draw.stream('row', '', i)
  const [a, b] = [stream.normal(), stream.normal()]
  return { a, b, state: a + stream.normal() > 2 ? 'bad' : 'ok' }
})

/** A network whose outputs rise with a, and the threshold that its validation rows choose. */
async function decided(classes: object) {
  write(['a,b,state', ...rows.map(({ a, b, state }) => [a, b, state].join())].join('\n'))
  const resolved = { ...config({ target: 'state', positive: 'bad' }), classes }
  const data = await prepareData(resolved, folder)
  const { graph, values } = randomNetwork(data, (b) => b.dense(b.input, 2))
  const trained = { graph, values, validation: null, bestStep: 1, losses: [], interrupted: false }
  const trial = { config: resolveTraining(resolved, data), data, metric: 'f1' } as Trial
  return { data, trained, ...decidedBy(trial, trained) }
}

/** What Sentei, the files of the LayersModel and onnxruntime-web say of all rows. */
async function said(network: Pick<TrainedNetwork, 'graph' | 'values'>, data: PreparedData) {
  const trained = { name: 'net', metric: 'f1' as const, data, ...network }
  const model = layersModelOf(trained)
  const content = await modelContent(model, data, 'f1')
  model.dispose()
  mkdirSync(join(folder, 'model'), { recursive: true })
  for (const name of modelFiles) writeFileSync(join(folder, 'model', name), content[name])
  const files = await predictFile(join(folder, 'model'), join(folder, 'a.csv'))
  const session = await onnxSession(toOnnx(trained), 'is tested')
  const column = (name: 'a' | 'b') => ({
    name,
    type: 'float' as const,
    dims: [rows.length, 1],
    values: Float32Array.from(rows, (row) => row[name]),
  })
  const onnx = await session.run([column('a'), column('b')])
  await session.release()
  const predictor = predictorOf(trained)
  const records = rows.map(({ a, b }) => ({ a, b }))
  return {
    labels: [predictor.predict(records), files.classes, [...(onnx.label!.data as string[])]],
    probabilities: [
      predictor.probabilities(records).flat(),
      files.values.flat(),
      [...(onnx.probabilities!.data as Float32Array)],
    ],
  }
}

it.each<[string, object, (costs: number) => number]>([
  ['a threshold chosen by f1', { threshold: 'f1' }, (threshold) => threshold],
  ['a threshold of 0.2', { threshold: 0.2 }, () => 0.2],
  // A miss costs eight alarms: bad from 1 / 9 on.
  ['costs', { costs: { bad: { ok: 8 } } }, () => 1 / 9],
])(
  '%s moves no probability, and decides alike in Sentei, LayersModel and ONNX',
  async (_, classes, least) => {
    const { data, trained, trial, retrained, decision } = await decided(classes)
    expect(retrained.values).toBe(trained.values)
    expect(retrained.graph).toBe(trained.graph)
    const [plain, moved] = [
      await said(trained, data),
      await said(retrained, withDecision(trial.data, decision)),
    ]
    expect(moved.probabilities).toEqual(plain.probabilities)
    const [own, files, onnx] = moved.probabilities
    own!.forEach((p, i) => {
      expect(files![i]).toBeCloseTo(p, 5)
      expect(onnx![i]).toBeCloseTo(p, 5)
    })
    const bad = data.dataset.task.kind === 'classification' ? data.dataset.task.classes.indexOf('bad') : -1
    const wanted = rows.map((_, i) => (own![2 * i + bad]! >= least(decision!.threshold!) ? 'bad' : 'ok'))
    expect(moved.labels).toEqual([wanted, wanted, wanted])
    expect(new Set(wanted).size).toBe(2)
    expect(plain.labels).not.toEqual(moved.labels)
  },
)
