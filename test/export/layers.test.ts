import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import { discretise, uniformGates } from '../../src/derive/network.js'
import { foldGates, type PlainNetwork } from '../../src/export/fold.js'
import { toLayersModel } from '../../src/export/layers.js'
import { scalesApart } from '../../src/export/outside.js'
import { saveModel } from '../../src/export/save.js'
import { continuing } from '../../src/supernet/continuation.js'
import { operations } from '../../src/supernet/operations/index.js'
import { spaceNet } from '../helpers/trials.js'
import { bundled, drawn, randomNetwork, temporaryFolder } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()

const digits = await bundled('digits')
const concrete = await bundled('concrete')
const chicago = await bundled('chicago')

/** Exports and verifies; the layers of the model, and how far its predictions are from the network's. */
async function exported(network: PlainNetwork, data: PreparedData) {
  const newTensors = tensorCounter()
  const verification = await saveModel({ name: 'net', metric: 'any', data, ...network }, folder)
  const model = toLayersModel({
    name: 'net',
    scales: scalesApart(data.scaler).inside,
    task: data.dataset.task,
    ...network,
  })
  const layers = model.layers.map((layer) => ({ name: layer.name, kind: layer.getClassName() }))
  model.dispose()
  expect(newTensors()).toBe(0)
  return { ...verification, layers, kinds: layers.map(({ kind }) => kind) }
}

const strides = [1, 2] as const
const cases = operations.flatMap(({ name, build }) =>
  build ? strides.map((stride) => ({ name, stride, build })) : [],
)

test.each(cases)('$name with stride $stride predicts what it did', async ({ name, stride, build }) => {
  const network = randomNetwork(digits, (b) => {
    const wide = b.conv(b.input, { channels: 4, kernel: 3 })
    const x = build(b.within('cell0/0→2').within(name), wide, { channels: 4, stride, affine: true })
    return b.dense(b.globalAvgPool(x), 10)
  })
  const { relativeError, differentClasses, rows } = await exported(network, digits)
  expect(relativeError).toBeLessThan(1e-5)
  expect(differentClasses).toBe(0)
  expect(rows).toBe(digits.splits.validation.length)
})

test('a forecast goes on from the last value in standard layers', async () => {
  const supernet = continuing(spaceNet('autoencoder-mlp', {}, chicago.dataset.shape, 1), [0])
  const network = drawn(discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true }).graph)
  const { relativeError, kinds } = await exported(network, chicago)
  expect(relativeError).toBeLessThan(1e-5)
  expect(kinds).toEqual(expect.arrayContaining(['Permute', 'Add']))
})

test.each(['relu', 'relu6', 'tanh', 'sigmoid', 'elu', 'swish', 'gelu', 'selu', 'mish'] as const)(
  'the activation %s is a standard one',
  async (name) => {
    const network = randomNetwork(concrete, (b) => b.dense(b.activation(b.dense(b.input, 9), name), 1))
    const { relativeError, kinds } = await exported(network, concrete)
    expect(relativeError).toBeLessThan(1e-5)
    expect(kinds).toContain('Activation')
  },
)

test('learnt factors are scales of a standard layer', async () => {
  const network = randomNetwork(concrete, (b) => b.dense(b.scale(b.dense(b.scale(b.input), 5)), 1))
  const { relativeError, kinds } = await exported(network, concrete)
  expect(relativeError).toBeLessThan(1e-5)
  expect(kinds).toContain('BatchNormalization')
})

test('bins predict what they did, on inputs and behind other layers', async () => {
  const within = randomNetwork(concrete, (b) => {
    const inner = b.bins(b.activation(b.dense(b.input, 5), 'tanh'), 7)
    return b.dense(b.add([b.dense(b.bins(b.input, 16), 3), b.dense(inner, 3)]), 1)
  })
  const ended = randomNetwork(concrete, (b) => b.dense(b.bins(b.input, 128), 1))
  const { relativeError, kinds } = await exported(ended, concrete)
  expect(relativeError).toBeLessThan(1e-5)
  expect(kinds).toContain('DepthwiseConv2D')
  expect((await exported(within, concrete)).relativeError).toBeLessThan(1e-5)
})

describe('a decoder', () => {
  test('of images upsamples and reshapes', async () => {
    const network = randomNetwork(digits, (b) => {
      const code = b.dense(b.flatten(b.input), 8)
      const x = b.upsample(b.reshape(code, [2, 2, 2]), { factor: 3 })
      return b.dense(b.flatten(b.conv(x, { channels: 2, kernel: 3, stride: 2, dilation: 2 })), 10)
    })
    const { relativeError, kinds } = await exported(network, digits)
    expect(relativeError).toBeLessThan(1e-5)
    expect(kinds).toEqual(expect.arrayContaining(['Reshape', 'UpSampling2D']))
  })

  test('of series too', async () => {
    const network = randomNetwork(chicago, (b) => {
      const code = b.dense(b.flatten(b.input), 8)
      const x = b.upsample(b.reshape(code, [4, 2]))
      return b.dense(b.globalAvgPool(b.concat([b.maxPool(x, { kernel: 3 }), x])), 1)
    })
    const { relativeError, kinds } = await exported(network, chicago)
    expect(relativeError).toBeLessThan(1e-5)
    expect(kinds).toEqual(expect.arrayContaining(['MaxPooling1D', 'GlobalAveragePooling1D']))
  })
})

test('temporal-conv predicts what it did, whatever its head reads of a series', async () => {
  const supernet = spaceNet(
    'temporal-conv',
    { windows: [3, 7], channels: 4, pooling: ['mean', 'max', 'last'] },
    chicago.dataset.shape,
    1,
  )
  const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'keep-undecided', affine: true })
  const { relativeError, kinds } = await exported(drawn(graph), chicago)
  expect(relativeError).toBeLessThan(1e-5)
  expect(kinds).toEqual(expect.arrayContaining(['MaxPooling1D', 'GlobalAveragePooling1D']))
})

test('what only training drops is gone, also between a sum and its summands', async () => {
  const network = randomNetwork(digits, (b) => {
    const x = b.conv(b.input, { channels: 3, kernel: 3 })
    const paths = [b.dropPath(b.batchNorm(x), 0.4), b.noise(x), b.dropPath(x, 0.4)]
    return b.dense(b.dropout(b.globalAvgPool(b.node('add', paths, { weights: [0.7, 2, 0.3] })), 0.5), 10)
  })
  const { relativeError, layers } = await exported(network, digits)
  expect(relativeError).toBeLessThan(1e-5)
  expect(layers.filter(({ name }) => name.includes('drop'))).toEqual([])
  expect(layers.filter(({ name }) => name.includes('weight')).map(({ name }) => name)).toEqual([
    'add_weight2',
  ])
})

describe('gate values', () => {
  const units = (b: Parameters<Parameters<typeof randomNetwork>[1]>[0], x: string) => b.node('affine', [x])
  const twoSums = (b: Parameters<Parameters<typeof randomNetwork>[1]>[0]) => {
    const x = b.conv(b.input, { channels: 3, kernel: 3 })
    const normed = b.batchNorm(x, { affine: false })
    const first = b.node('add', [normed, b.conv(x, { channels: 3, kernel: 1 })], { weights: [0.7, 0.3] })
    const second = b.node('add', [first, b.maxPool(first, { kernel: 3 })], { weights: [1.6, 0.4] })
    return b.dense(b.globalAvgPool(second), 10)
  }

  test('of units go into the dense layers that read them', async () => {
    const network = randomNetwork(concrete, (b) => {
      const x = units(b, b.activation(b.dense(b.input, 6), 'relu'))
      return b.add([b.dense(x, 1), b.dense(units(b, b.activation(b.dense(x, 4), 'tanh')), 1)])
    })
    const { kinds, relativeError } = await exported(network, concrete)
    expect(relativeError).toBeLessThan(1e-5)
    // The inputs' scale, and that of the output, which is a sum here.
    expect(kinds.filter((kind) => kind === 'BatchNormalization')).toHaveLength(2)
  })

  test('of sums go into their summands, or stay as a standard layer', async () => {
    const network = randomNetwork(digits, twoSums)
    const { graph } = foldGates(network)
    expect(graph.nodes.filter(({ attrs }) => attrs.weights)).toEqual([])
    expect(graph.nodes.filter(({ kind }) => kind === 'affine').map(({ id }) => id)).toEqual([
      'add-2/weight0',
      'add-2/weight1',
    ])
    const { relativeError } = await exported(network, digits)
    expect(relativeError).toBeLessThan(1e-5)
  })

  test('of units that no dense layer reads stay', async () => {
    const network = randomNetwork(chicago, (b) =>
      b.dense(b.concat([units(b, b.flatten(b.input)), b.flatten(b.input)]), 1),
    )
    const { kinds, relativeError } = await exported(network, chicago)
    expect(relativeError).toBeLessThan(1e-5)
    expect(kinds.filter((kind) => kind === 'BatchNormalization')).toHaveLength(2)
  })
})

test('a regression takes and returns original units, its unscaling inside the last dense layer', async () => {
  const network = randomNetwork(concrete, (b) => b.dense(b.input, 1))
  const { kinds } = await exported(network, concrete)
  expect(kinds).toEqual(['InputLayer', 'BatchNormalization', 'Dense'])
})

test('a classifier returns probabilities', () => {
  const network = randomNetwork(digits, (b) => b.dense(b.flatten(b.input), 10))
  const model = toLayersModel({ name: 'net', scales: digits.scaler, task: digits.dataset.task, ...network })
  const output = tf.tidy(() => model.predict(tf.ones([2, 8, 8, 1])) as tf.Tensor2D)
  const sums = output.arraySync().map((row) => row.reduce((sum, p) => sum + p, 0))
  for (const sum of sums) expect(sum).toBeCloseTo(1, 5)
  tf.dispose(output)
  model.dispose()
})

test('layer names are unique and hold no slashes or arrows', async () => {
  const network = randomNetwork(digits, (b) => {
    const x = b.within('cell0/0→2').conv(b.input, { channels: 2, kernel: 1 })
    const y = b.within('cell0/0-2').conv(x, { channels: 2, kernel: 1 })
    return b.dense(b.globalAvgPool(y), 10)
  })
  const { layers } = await exported(network, digits)
  const names = layers.map(({ name }) => name)
  expect(names.slice(2, 4)).toEqual(['cell0_0-2_conv', 'cell0_0-2_conv-2'])
  expect(new Set(names).size).toBe(names.length)
})
