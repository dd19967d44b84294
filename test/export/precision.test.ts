import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelContent, type ModelContent } from '../../src/export/model-content.js'
import { loadModel } from '../../src/export/model-files.js'
import { onnxModel, onnxPreprocess } from '../../src/export/onnx/model.js'
import { preciseModel } from '../../src/export/onnx/precise.js'
import { modelBytes } from '../../src/export/onnx/proto.js'
import { withQdq } from '../../src/export/onnx/qdq.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { parityFile, saveOnnx, type Parity } from '../../src/export/onnx/save.js'
import type { OnnxModel } from '../../src/export/onnx/types.js'
import { onnxPredictions } from '../../src/export/onnx/in-session.js'
import { preciseContent } from '../../src/export/precision/layers.js'
import { precisionLoss } from '../../src/export/precision/loss.js'
import type { Precision } from '../../src/export/precision/names.js'
import { precisionIn } from '../../src/runs/formats.js'
import { preprocessOf } from '../../src/export/model-content.js'
import { layersModelOf, type TrainedNetwork } from '../../src/export/trained.js'
import { agreement, networkPredictions } from '../../src/export/agreement.js'
import { modelPredictions } from '../../src/export/verify.js'
import { bundled, randomNetwork, temporaryFolder } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const digits = await bundled('digits')
const concrete = await bundled('concrete')

/** A network with every kind of kernel, one with gaps, and two that read one tensor. */
const images: TrainedNetwork = {
  name: 'images',
  metric: 'accuracy',
  data: digits,
  ...randomNetwork(digits, (b) => {
    const x = b.activation(
      b.batchNorm(b.conv(b.input, { channels: 12, kernel: 3 }), { affine: true }),
      'relu',
    )
    const apart = b.depthwise(x, { kernel: 3, dilation: 2 })
    const sum = b.add([
      b.batchNorm(b.conv(apart, { channels: 12, kernel: 1 })),
      b.conv(x, { channels: 12, kernel: 1 }),
      x,
    ])
    return b.dense(b.globalAvgPool(sum), 10)
  }),
}
const table: TrainedNetwork = {
  name: 'table',
  metric: 'rmse',
  data: concrete,
  ...randomNetwork(concrete, (b) => b.dense(b.activation(b.dense(b.bins(b.input, 8), 16), 'tanh'), 1)),
}

describe('LayersModels', () => {
  const contentOf = async ({ data, metric, ...network }: TrainedNetwork) => {
    const model = layersModelOf({ data, ...network })
    const content = await modelContent(model, data, metric)
    model.dispose()
    return content
  }
  const predicted = async ({ data, metric }: TrainedNetwork, content: ModelContent) => {
    const model = await loadModel('made', (name) => content[name as 'model.json'])
    const rows = data.splits.test
    const outputs = modelPredictions(model, preprocessOf(data, metric), data.dataset.inputs, rows)
    model.dispose()
    return outputs
  }

  test.each<[TrainedNetwork, Precision, number, number]>([
    [images, 'float16', 2e-3, 0.5],
    [images, 'uint8', 0.1, 0.25],
    [table, 'float16', 2e-3, 0.5],
    [table, 'uint8', 0.1, 0.25],
  ])('%# are read back by tfjs-layers', async (trained, precision, most, share) => {
    const newTensors = tensorCounter()
    const content = await contentOf(trained)
    const precise = preciseContent(content, precision)
    const wanted = networkPredictions(trained, trained.data, trained.data.splits.test)
    const rows = trained.data.splits.test.length
    const { relativeError } = agreement(wanted, await predicted(trained, precise), rows, trained.data)
    expect(relativeError).toBeLessThan(most)
    expect(relativeError).toBeGreaterThan(1e-6)
    const kernels = [...trained.values].filter(([name]) => name.endsWith(':kernel'))
    const saved = content['weights.bin'].length - precise['weights.bin'].length
    const least = kernels.reduce((sum, [, values]) => sum + 4 * values.length, 0) * (1 - share)
    // Kernels with gaps are larger in the file.
    expect(saved).toBeGreaterThanOrEqual(least)
    expect(newTensors()).toBe(0)
  })

  test('keep what is no kernel, and kernels that 16 bits cannot hold', async () => {
    const big = new Map(table.values)
    for (const [name, values] of big)
      big.set(
        name,
        values.map((w) => w * 1e6),
      )
    const content = await contentOf({ ...table, values: big })
    expect(preciseContent(content, 'float16')['weights.bin'].length).toBe(content['weights.bin'].length)
    expect(preciseContent(content, 'float32')).toBe(content)
    const specs = JSON.parse(new TextDecoder().decode(preciseContent(content, 'uint8')['model.json'])) as {
      weightsManifest: { weights: { name: string; quantization?: object }[] }[]
    }
    const stored = specs.weightsManifest[0]!.weights.filter(({ quantization }) => quantization)
    // Neither scales nor the constants of bins, which are a depthwise kernel.
    expect(stored.map(({ name }) => name)).toEqual([
      expect.stringMatching(/kernel$/),
      expect.stringMatching(/kernel$/),
    ])
  })
})

describe('ONNX models', () => {
  const predicted = async (trained: TrainedNetwork, model: OnnxModel) => {
    const { data } = trained
    const session = await onnxSession(modelBytes(model), 'tests')
    const found = await onnxPredictions(
      session,
      onnxPreprocess(trained),
      data.dataset.inputs,
      data.splits.test,
    )
    await session.release()
    return found.outputs
  }

  test.each<[TrainedNetwork, Precision, number, string[]]>([
    [images, 'float16', 2e-3, ['Cast']],
    [images, 'uint8', 0.1, ['DequantizeLinear']],
    [images, 'int8-qdq', 0.15, ['QuantizeLinear', 'DequantizeLinear']],
    [table, 'float16', 2e-3, ['Cast']],
    [table, 'uint8', 0.1, ['DequantizeLinear']],
    [table, 'int8-qdq', 0.15, ['QuantizeLinear', 'DequantizeLinear']],
  ])('%# are read by onnxruntime-web', async (trained, precision, most, kinds) => {
    const plain = onnxModel(trained, { foldNorms: true })
    const precise = await preciseModel(plain, precision, trained)
    expect(precise.nodes.map(({ type }) => type)).toEqual(expect.arrayContaining(kinds))
    const { test: rows } = trained.data.splits
    const wanted = await predicted(trained, plain)
    const { relativeError } = agreement(wanted, await predicted(trained, precise), rows.length, trained.data)
    expect(relativeError).toBeLessThan(most)
    expect(relativeError).toBeGreaterThan(1e-6)
  })

  test('QDQ: int8 kernels by feature, int32 biases in the products’ steps, one pair a tensor', () => {
    const tensor = (name: string, dims: number[], values: number[]) => ({
      name,
      type: 'float' as const,
      dims,
      values,
    })
    const model: OnnxModel = {
      name: 'm',
      version: '',
      about: '',
      metadata: {},
      inputs: [],
      outputs: [],
      nodes: ['y', 'z'].map((name) => ({
        name,
        type: 'Gemm',
        outputs: [name],
        attributes: {},
        inputs: ['x', `${name}:kernel`, `${name}:bias`],
      })),
      initialisers: ['y', 'z'].flatMap((name) => [
        tensor(`${name}:kernel`, [2, 2], [1.27, 0, -0.635, 0]),
        tensor(`${name}:bias`, [2], [0.5, 3]),
      ]),
    }
    const { nodes, initialisers } = withQdq(model, new Map([['x', [-1, 1.55]]]))
    expect(nodes.filter(({ type }) => type === 'QuantizeLinear')).toHaveLength(1)
    const valuesOf = (name: string) => {
      const { type, values } = initialisers.find((each) => each.name === name)!
      return [type, ...(values as ArrayLike<number> & Iterable<number>)]
    }
    // 255 steps of 0.01 from −1 on; the kernel's first column has steps of 0.01, its second none.
    expect(valuesOf('x/scale')).toEqual(['float', expect.closeTo(0.01, 12)])
    expect(valuesOf('x/zero')).toEqual(['int8', -28])
    expect(valuesOf('y:kernel')).toEqual(['int8', 127, 0, -64, 0])
    expect(valuesOf('y:kernel/scale')[1]).toBeCloseTo(0.01, 8)
    const [type, first, second] = valuesOf('y:bias')
    expect([type, first]).toEqual(['int32', 5000])
    const steps = valuesOf('y:bias/scale')
    expect((second as number) * (steps[2] as number)).toBeCloseTo(3, 5)
  })

  test('give names that the network has not', async () => {
    const clashing: TrainedNetwork = {
      name: 'clashing',
      metric: 'accuracy',
      data: digits,
      // The bounds of relu6 are called as ranges would be.
      ...randomNetwork(digits, (b) => {
        const x = b.activation(b.conv(b.input, { channels: 3, kernel: 3 }), 'relu6')
        return b.dense(b.globalAvgPool(b.conv(x, { channels: 3, kernel: 1 })), 10)
      }),
    }
    const model = await preciseModel(onnxModel(clashing), 'int8-qdq', clashing)
    const names = [
      ...model.initialisers.map(({ name }) => name),
      ...model.nodes.flatMap(({ outputs }) => outputs),
    ]
    expect(new Set(names).size).toBe(names.length)
    expect((await predicted(clashing, model)).length).toBe(digits.splits.test.length * 10)
  })

  test('are saved with a certificate of what the precision costs', async () => {
    const file = join(folder, 'net.onnx')
    const found = await saveOnnx(images, file, { precision: 'int8-qdq', tolerance: 0 })
    expect(JSON.parse(readFileSync(parityFile(file), 'utf8')) as Parity).toEqual(
      JSON.parse(JSON.stringify(found)),
    )
    const { precision, verified } = found
    expect(verified!.relativeError).toBeLessThan(1e-4)
    expect(precision).toMatchObject({ precision: 'int8-qdq', split: 'test', metric: 'accuracy', allowed: 0 })
    expect(precision!.bytes).toBe(readFileSync(file).length)
    expect(precision!.within).toBe(precision!.worse <= 0)
    await expect(saveOnnx(images, file, { precision: 'int8-qdq', unverified: true })).rejects.toThrow(
      '--precision: int8-qdq is calibrated in onnxruntime-web; export without --unverified',
    )
  })
})

describe('what a precision costs', () => {
  const known = { precision: 'uint8', allowed: 0.01, bytes: 1, float32Bytes: 4 } as const
  const targets = Float64Array.from(concrete.splits.test, (row) => concrete.dataset.targets[row]!)

  test('is the error’s growth, held against what is allowed', () => {
    const off = (by: number) => targets.map((y) => y + by)
    const loss = (by: number) =>
      precisionLoss(concrete, 'rmse', { ...known, float32: off(2), predicted: off(by) })
    const [little, much, better] = [loss(2.01), loss(2.1), loss(1)]
    expect([little.float32, little.worse, much.worse, better.worse].map((x) => Number(x.toFixed(9)))).toEqual(
      [2, 0.005, 0.05, -0.5],
    )
    expect([little.within, much.within, better.within]).toEqual([true, false, true])
    // Every row is off by the same, so that no chance is in it.
    expect(much.chance).toBeLessThan(1e-9)
    const first = precisionLoss(concrete, 'rmse', { ...known, float32: targets, predicted: off(0.005) })
    expect([Number(first.worse.toFixed(9)), first.within]).toEqual([0.005, true])
  })

  test('one row of many that changes its class is within chance, ten that all err are not', () => {
    const rows = digits.splits.test
    const classes = Array.from(rows, (row) => digits.dataset.targets[row]!)
    const says = (wrong: (row: number) => boolean) =>
      Float64Array.from(
        classes.flatMap((own, row) =>
          Array.from({ length: 10 }, (_, c) => (c === (wrong(row) ? (own + 1) % 10 : own) ? 0.91 : 0.01)),
        ),
      )
    const loss = (more: number) =>
      precisionLoss(digits, 'accuracy', {
        ...known,
        float32: says((row) => row < 9),
        predicted: says((row) => row < 9 + more),
      })
    // Two standard errors of k changes among n rows are 2 √k / n, nearly; the error was 9 / n.
    expect(loss(1).chance).toBeCloseTo(2 / 9, 1)
    expect(loss(1)).toMatchObject({ differentClasses: 1, within: true })
    expect(loss(10)).toMatchObject({ differentClasses: 10, within: false })
  })

  test('a prediction that is not finite is refused', () => {
    const predicted = targets.map((y, i) => (i === 3 ? Infinity : y))
    expect(() => precisionLoss(concrete, 'rmse', { ...known, float32: targets, predicted })).toThrow(
      'uint8: the model predicts what is not finite',
    )
  })

  test('names are those of the format', () => {
    expect(precisionIn('onnx', 'int8-qdq')).toBe('int8-qdq')
    expect(() => precisionIn('layers', 'int8-qdq')).toThrow(
      '--precision: expected one of float32, float16, uint8 for --format layers, got int8-qdq; --format onnx has it',
    )
    expect(() => precisionIn('onnx', 'flaot16')).toThrow(/did you mean "float16"/)
    expect(() => precisionIn('svg', 'float16')).toThrow('--format layers or onnx beside it, got svg')
  })
})
