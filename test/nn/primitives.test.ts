import { beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { useBackend } from '../../src/backend/index.js'
import { graphBuilder, type GraphBuilder } from '../../src/nn/builder.js'
import { parametersOf } from '../../src/nn/cost.js'
import { segmentsOf } from '../../src/nn/program.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { backendsThatLoad } from '../helpers/backends.js'
import { gradientsOf, normals, outputOf, randomValues } from '../helpers/networks.js'
import { dot, numericGradient, relativeError } from '../helpers/numeric.js'
import { tensorCounter } from '../setup/tensors.js'

const random = randomSource(33)
const rows = 2

/**
 * A network of one or a few nodes behind a dense or pointwise node, so that it has a parameter above it, too.
 */
const networks: [string, number[], (b: GraphBuilder) => string][] = [
  ['upsampling of an image', [3, 2, 2], (b) => b.upsample(b.conv(b.input, { channels: 2, kernel: 1 }))],
  [
    'upsampling of a series by 3',
    [4, 2],
    (b) => b.upsample(b.conv(b.input, { channels: 2, kernel: 1 }), { factor: 3 }),
  ],
  ['a reshape', [6], (b) => b.conv(b.reshape(b.dense(b.input, 6), [3, 2]), { channels: 2, kernel: 3 })],
  [
    'a crop of a series',
    [5, 2],
    (b) => b.node('crop', [b.conv(b.input, { channels: 2, kernel: 1 })], { left: 2 }),
  ],
  [
    'differences from the last step',
    [5, 3],
    (b) => b.node('from-last', [b.conv(b.input, { channels: 3, kernel: 1 })]),
  ],
  ['bins of numbers', [3], (b) => b.dense(b.bins(b.dense(b.input, 2), 6), 2)],
  ['a series of one step', [1, 3], (b) => b.node('from-last', [b.conv(b.input, { channels: 2, kernel: 1 })])],
  [
    'features of the last step',
    [4, 3],
    (b) => b.node('last', [b.conv(b.input, { channels: 3, kernel: 1 })], { columns: [2, 0] }),
  ],
  [
    'a convolution of a series with stride and dilation',
    [11, 2],
    (b) => b.conv(b.input, { channels: 3, kernel: 3, stride: 2, dilation: 3 }),
  ],
  [
    'pooling of a series',
    [7, 2],
    (b) =>
      b.concat([
        b.globalAvgPool(b.maxPool(b.input, { kernel: 3, stride: 2 })),
        b.globalAvgPool(b.avgPool(b.input, { kernel: 2 })),
      ]),
  ],
  ...(['relu6', 'swish', 'gelu', 'selu', 'mish'] as const).map(
    (name): [string, number[], (b: GraphBuilder) => string] => [
      name,
      [4],
      (b) => b.activation(b.dense(b.input, 5), name),
    ],
  ),
  ['learnt factors', [4, 3], (b) => b.scale(b.conv(b.input, { channels: 2, kernel: 1 }))],
  ['dropped values', [4, 3], (b) => b.dropout(b.conv(b.input, { channels: 3, kernel: 1 }), 0.4)],
  ['dropped paths', [4, 3], (b) => b.dropPath(b.conv(b.input, { channels: 3, kernel: 1 }), 0.4)],
  [
    'noise beside a path',
    [4, 3],
    (b) => b.add([b.noise(b.input, { deviation: 2 }), b.conv(b.input, { channels: 3, kernel: 1 })]),
  ],
]

const loading = await backendsThatLoad(['wasm', 'cpu', 'tensorflow'])

describe.each(loading)('on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it.each(networks)('%s has the gradients of finite differences while training', (_name, shape, build) => {
    const b = graphBuilder(shape, 'l')
    const y = build(b)
    b.output('task', y)
    const graph = b.graph()
    const numbers = {
      input: normals(random, 'x', rows * sizeOf(shape)).map((value) => 2 * value),
      parameters: randomValues(graph, random),
      training: true,
    }
    const upstream = normals(random, 'dy', rows * sizeOf(b.shapeOf(y)))
    const newTensors = tensorCounter()
    const got = gradientsOf(graph, 'task', numbers, upstream)
    expect(newTensors()).toBe(0)
    const loss = (changed: object) => dot(outputOf(graph, 'task', { ...numbers, ...changed }), upstream)
    const ofInput = numericGradient((input) => loss({ input }), numbers.input)
    expect(relativeError(got.get('input:gradient')!, ofInput)).toBeLessThan(0.01)
    for (const { name, role } of parametersOf(graph)) {
      if (role !== 'weight') continue
      const want = numericGradient(
        (values) => loss({ parameters: new Map([...numbers.parameters, [name, values]]) }),
        numbers.parameters.get(name)!,
      )
      expect(relativeError(got.get(name)!, want), name).toBeLessThan(0.01)
    }
  })

  it('upsampling repeats each position', () => {
    const b = graphBuilder([2, 1], 'l')
    b.output('task', b.upsample(b.input, { factor: 3 }))
    const got = outputOf(b.graph(), 'task', { input: Float32Array.of(1, 2), parameters: new Map() })
    expect([...got]).toEqual([1, 1, 1, 2, 2, 2])
  })

  it('a series is taken from its last step, and that told by columns', () => {
    const b = graphBuilder([3, 2], 'l')
    b.output('task', b.node('from-last', [b.input]))
    b.output('last', b.node('last', [b.input], { columns: [1, 0, 1] }))
    const numbers = {
      input: Float32Array.of(1, 10, 2, 30, 5, 70),
      parameters: new Map<string, Float32Array>(),
    }
    expect([...outputOf(b.graph(), 'task', numbers)]).toEqual([-4, -60, -3, -40, 5, 70])
    expect([...outputOf(b.graph(), 'last', numbers)]).toEqual([70, 5, 70])
  })

  it('bins are filled one after the other, and together as large as their number', () => {
    const b = graphBuilder([1], 'l')
    b.output('task', b.bins(b.input, 4))
    const filled = (x: number) => {
      const values = outputOf(b.graph(), 'task', { input: Float32Array.of(x), parameters: new Map() })
      return [...values].map((value) => Number(value.toFixed(3)))
    }
    // Edges at −3, the quartiles of the normal, and 3; a full bin is 2 / √4.
    expect(filled(-4)).toEqual([0, 0, 0, 0])
    expect(filled(0)).toEqual([1, 1, 0, 0])
    expect(filled(-0.6455 / 2)).toEqual([1, 0.5, 0, 0])
    expect(filled(5)).toEqual([1, 1, 1, 1])
  })

  it('activations are the functions of their definitions', () => {
    const xs = [-4, -1, -0.1, 0, 0.5, 2, 5.9, 6.1, 9]
    // Φ by Simpson's rule.
    const phi = (x: number) => {
      const f = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
      const [n, h] = [400, x / 400]
      const sum = Array.from({ length: n + 1 }, (_, i) => f(i * h) * (i === 0 || i === n ? 1 : i % 2 ? 4 : 2))
      return 0.5 + (sum.reduce((a, b) => a + b) * h) / 3
    }
    const wanted = {
      relu6: (x: number) => Math.min(6, Math.max(0, x)),
      swish: (x: number) => x / (1 + Math.exp(-x)),
      gelu: (x: number) => x * phi(x),
      // λ and α as the paper gives them (arXiv:1706.02515, §2).
      selu: (x: number) => 1.050700987 * (x > 0 ? x : 1.6732632423 * Math.expm1(x)),
      mish: (x: number) => x * Math.tanh(Math.log1p(Math.exp(x))),
    }
    for (const [name, f] of Object.entries(wanted)) {
      const b = graphBuilder([xs.length], 'l')
      b.output('task', b.activation(b.input, name as 'relu6'))
      const got = outputOf(b.graph(), 'task', { input: Float32Array.from(xs), parameters: new Map() })
      xs.forEach((x, i) => expect(got[i], `${name}(${x})`).toBeCloseTo(f(x), 5))
    }
  })

  it('fused nodes of a series are what they stand for', () => {
    const b = graphBuilder([9, 3], 'l')
    const x = b.conv(b.input, { channels: 3, kernel: 1 })
    const norm = b.batchNorm(x, { affine: false })
    const y = b.depthwise(b.activation(norm, 'relu'), { kernel: 3, dilation: 2 })
    const mixed = b.node('mix', [b.batchNorm(y, { affine: false }), x], { group: 'g', members: ['a', 'b'] })
    b.output('task', mixed)
    const fused = b.graph()
    const everything = { roles: ['task'], trained: new Set(fused.nodes.map(({ id }) => id)) }
    const kinds = segmentsOf(fused, everything)
      .flat()
      .map(({ kind }) => kind)
    expect(kinds).toEqual(['input', 'conv', 'activated-depthwise', 'normalised-mix'])
    const numbers = {
      input: normals(random, 'series', rows * 27),
      parameters: randomValues(fused, random),
      gates: { g: [0.3, 0.9] },
      training: true,
    }
    const upstream = normals(random, 'upstream', rows * 27)
    const got = gradientsOf(fused, 'task', numbers, upstream)
    // A pass without gradients is not fused.
    const loss = (changed: object) => dot(outputOf(fused, 'task', { ...numbers, ...changed }), upstream)
    for (const name of ['conv:kernel', 'depthwise:kernel']) {
      const want = numericGradient(
        (values) => loss({ parameters: new Map([...numbers.parameters, [name, values]]) }),
        numbers.parameters.get(name)!,
      )
      expect(relativeError(got.get(name)!, want), name).toBeLessThan(0.02)
    }
    const ofGates = numericGradient((g) => loss({ gates: { g: [...g] } }), Float32Array.of(0.3, 0.9))
    expect(relativeError(got.get('gates/g')!, ofGates)).toBeLessThan(0.01)
  })
})

/** Paths of every kind from one value, and that value itself, twice. */
function manyReaders() {
  const b = graphBuilder([6, 6, 4], 'l')
  const x = b.conv(b.input, { channels: 4, kernel: 1 })
  const open = b.activation(x, 'relu')
  const normed = (y: string) => b.batchNorm(y, { affine: false })
  const once = (stride = 1) => b.depthwise(open, { kernel: 3, stride })
  const readers = [
    x,
    x,
    b.avgPool(x, { kernel: 3 }),
    normed(b.maxPool(x, { kernel: 3 })),
    normed(b.conv(open, { channels: 4, kernel: 3 })),
    normed(b.conv(open, { channels: 4, kernel: 1 })),
    normed(b.conv(once(), { channels: 4, kernel: 1 })),
    once(),
    open,
  ]
  const members = readers.map((_, m) => `m${m}`)
  const first = b.node('mix', readers, { group: 'g', members })
  const second = b.node('mix', [first, normed(b.conv(open, { channels: 4, kernel: 3 })), x], {
    group: 'h',
    members: ['a', 'b', 'c'],
  })
  b.output('task', second)
  const graph = b.graph()
  const numbers = {
    input: normals(random, 'shared x', rows * 144),
    parameters: randomValues(graph, random),
    gates: { g: [0.3, 0.4, 0.9, 0.5, 0.7, 0.2, 0.6, 0.8, 0.1], h: [0.5, 0.3, 0.7] },
    training: true,
  }
  return { graph, numbers, upstream: normals(random, 'shared dy', rows * 144) }
}

it('a value that many read has the sum of their gradients', async () => {
  const { graph, numbers, upstream } = manyReaders()
  const on = async (backend: 'wasm' | 'cpu') => {
    await useBackend(backend)
    const newTensors = tensorCounter()
    const gradients = gradientsOf(graph, 'task', numbers, upstream)
    expect(newTensors()).toBe(0)
    return gradients
  }
  // On cpu each gradient is a tensor of its own, and they are added afterwards.
  const [added, want] = [await on('wasm'), await on('cpu')]
  expect([...added.keys()].sort()).toEqual([...want.keys()].sort())
  for (const [name, values] of want) expect(relativeError(added.get(name)!, values), name).toBeLessThan(1e-5)
})
