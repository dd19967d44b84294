import { describe, expect, test } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import type { PlainNetwork } from '../../src/export/fold.js'
import { onnxModel, toOnnx, type OnnxOptions } from '../../src/export/onnx/model.js'
import { verifyOnnx } from '../../src/export/onnx/verify.js'
import { onnxWriters } from '../../src/export/onnx/writers.js'
import { primitives } from '../../src/nn/primitives/index.js'
import { operations } from '../../src/supernet/operations/index.js'
import { discretise, uniformGates } from '../../src/derive/network.js'
import { continuing } from '../../src/supernet/continuation.js'
import { spaceNet } from '../helpers/trials.js'
import { bundled, drawn, randomNetwork } from './helper.js'

const digits = await bundled('digits')
const concrete = await bundled('concrete')
const chicago = await bundled('chicago')

/** Exports and verifies; how far it is from the network, and the operators. */
async function exported(network: PlainNetwork, data: PreparedData, options: OnnxOptions = {}) {
  const trained = { name: 'net', metric: 'any', data, ...network }
  const verification = await verifyOnnx(toOnnx(trained, options), trained)
  return { ...verification, kinds: onnxModel(trained, options).nodes.map(({ type }) => type) }
}

const strides = [1, 2] as const
const cases = operations.flatMap(({ name, build }) =>
  build ? strides.map((stride) => ({ name, stride, build })) : [],
)

describe('each operation predicts what it did', () => {
  test.each(cases)('$name with stride $stride on images', async ({ name, stride, build }) => {
    const network = randomNetwork(digits, (b) => {
      const wide = b.conv(b.input, { channels: 4, kernel: 3 })
      const x = build(b.within('cell0/0→2').within(name), wide, { channels: 4, stride, affine: true })
      return b.dense(b.globalAvgPool(x), 10)
    })
    const { relativeError, rows, split } = await exported(network, digits)
    expect(relativeError).toBeLessThan(1e-5)
    expect([rows, split]).toEqual([digits.splits.test.length, 'test'])
  })

  test.each(cases)('$name with stride $stride on a series', async ({ name, stride, build }) => {
    const network = randomNetwork(chicago, (b) => {
      const wide = b.conv(b.input, { channels: 4, kernel: 3 })
      const x = build(b.within('cell0/0→2').within(name), wide, { channels: 4, stride, affine: true })
      return b.dense(b.flatten(x), 1)
    })
    expect((await exported(network, chicago)).relativeError).toBeLessThan(1e-5)
  })
})

test.each(['relu', 'relu6', 'tanh', 'sigmoid', 'elu', 'swish', 'gelu', 'selu', 'mish'] as const)(
  'the activation %s predicts what it did',
  async (name) => {
    const network = randomNetwork(concrete, (b) => b.dense(b.activation(b.dense(b.input, 9), name), 1))
    expect((await exported(network, concrete)).relativeError).toBeLessThan(1e-5)
  },
)

test('learnt factors predict what they did', async () => {
  const network = randomNetwork(concrete, (b) => b.dense(b.scale(b.dense(b.scale(b.input), 5)), 1))
  expect((await exported(network, concrete)).relativeError).toBeLessThan(1e-5)
})

test('every primitive has a writer, is rewritten before, or is a gate, which no derived network has', () => {
  const rewritten = ['input', 'zeros', 'dropout', 'drop-path', 'noise']
  const gates = ['mix', 'units']
  const lacking = primitives
    .map(({ kind }) => kind)
    .filter((kind) => !Object.hasOwn(onnxWriters, kind) && ![...rewritten, ...gates].includes(kind))
  expect(lacking).toEqual([])
})

test('a decoder of images and one of series predict what they did', async () => {
  const images = randomNetwork(digits, (b) => {
    const code = b.dense(b.flatten(b.input), 12)
    const x = b.upsample(b.reshape(code, [2, 3, 2]), { factor: 3 })
    return b.dense(b.flatten(b.conv(x, { channels: 2, kernel: 3, stride: 2, dilation: 2 })), 10)
  })
  const found = await exported(images, digits)
  expect(found.relativeError).toBeLessThan(1e-5)
  expect(found.kinds).toEqual(expect.arrayContaining(['Resize', 'Reshape', 'Conv']))
  const series = randomNetwork(chicago, (b) => {
    const x = b.upsample(b.reshape(b.dense(b.flatten(b.input), 8), [4, 2]))
    return b.dense(b.globalAvgPool(b.concat([b.maxPool(x, { kernel: 3 }), x])), 1)
  })
  expect((await exported(series, chicago)).relativeError).toBeLessThan(1e-5)
})

test('bins predict what they did, on inputs and behind other layers', async () => {
  const network = randomNetwork(concrete, (b) => {
    const inner = b.bins(b.activation(b.dense(b.input, 5), 'tanh'), 7)
    return b.dense(b.add([b.dense(b.bins(b.input, 16), 3), b.dense(inner, 3)]), 1)
  })
  expect((await exported(network, concrete)).relativeError).toBeLessThan(1e-5)
})

test('a forecast goes on from the last value, and reads all that its head may pool', async () => {
  const options = { windows: [3, 7], channels: 4, pooling: ['mean', 'max', 'last'] }
  const supernet = continuing(spaceNet('temporal-conv', options, chicago.dataset.shape, 1), [0])
  const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'keep-undecided', affine: true })
  expect(graph.nodes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['last', 'from-last']))
  expect((await exported(drawn(graph), chicago)).relativeError).toBeLessThan(1e-5)
})

describe('what has no operator of its own', () => {
  test('is gone or folded: dropped values and paths, noise, zeros, weights of sums', async () => {
    const network = randomNetwork(digits, (b) => {
      const x = b.conv(b.input, { channels: 3, kernel: 3 })
      const none = b.node('zeros', [x], { shape: [8, 8, 3] })
      const paths = [b.dropPath(b.batchNorm(x), 0.4), b.noise(x), b.dropPath(x, 0.4), none]
      const sum = b.node('add', paths, { weights: [0.7, 2, 0.3, 1] })
      return b.dense(b.dropout(b.globalAvgPool(sum), 0.5), 10)
    })
    expect((await exported(network, digits)).relativeError).toBeLessThan(1e-5)
  })
})

describe('batch norms', () => {
  const network = randomNetwork(digits, (b) => {
    const first = b.batchNorm(b.conv(b.input, { channels: 4, kernel: 3 }), { affine: true })
    const apart = b.batchNorm(b.depthwise(first, { kernel: 3, dilation: 2 }), { affine: false })
    const shared = b.conv(apart, { channels: 4, kernel: 1 })
    return b.dense(b.globalAvgPool(b.add([b.batchNorm(shared), shared])), 10)
  })

  test('stay, or go into the convolutions before them that nothing else reads', async () => {
    const plain = await exported(network, digits)
    const folded = await exported(network, digits, { foldNorms: true })
    const norms = (kinds: readonly string[]) => kinds.filter((kind) => kind === 'BatchNormalization').length
    expect([norms(plain.kinds), norms(folded.kinds)]).toEqual([3, 1])
    expect(Math.max(plain.relativeError, folded.relativeError)).toBeLessThan(1e-5)
  })

  test('and convolutions have initialisers that are named after the parts of the architecture', () => {
    const { initialisers } = onnxModel({ name: 'net', metric: 'any', data: digits, ...network })
    const dims = new Map(initialisers.map(({ name, dims }) => [name, dims]))
    for (const name of network.values.keys()) expect([...dims.keys()]).toContain(name)
    expect([dims.get('conv:kernel'), dims.get('depthwise:kernel')]).toEqual([
      [4, 1, 3, 3],
      [4, 1, 3, 3],
    ])
  })
})

test('verification finds a model of other weights', async () => {
  const build = (b: Parameters<Parameters<typeof randomNetwork>[1]>[0]) => b.dense(b.flatten(b.input), 10)
  const network = randomNetwork(digits, build)
  const values = new Map(
    [...network.values].map(([name, v]) => [name, v.map((w, i) => (i === 3 ? w + 1 : w))]),
  )
  const trained = { name: 'net', metric: 'any', data: digits, ...network }
  await expect(verifyOnnx(toOnnx({ ...trained, values }), trained)).rejects.toThrow(
    /net\.onnx: the exported model differs from the network: relative error/,
  )
})
