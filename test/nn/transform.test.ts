import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder, type GraphBuilder } from '../../src/nn/builder.js'
import { parametersOf } from '../../src/nn/cost.js'
import type { Graph } from '../../src/nn/graph.js'
import { sliced } from '../../src/nn/parameter-store.js'
import { keepMembers, withoutDeadNodes, type Transformed } from '../../src/nn/transform.js'
import { relativeError } from '../helpers/numeric.js'
import { normals, outputOf, randomValues, type Values } from '../helpers/networks.js'

const random = randomSource(8)

/** The values of a changed graph's parameters, cut out of the old ones as the store does it. */
function cutValues(old: Graph, { graph, slices }: Transformed, values: Values): Map<string, Float32Array> {
  const shapes = new Map(parametersOf(old).map(({ name, shape }) => [name, [...shape]]))
  return new Map(
    parametersOf(graph).map(({ name, shape }) => {
      const value = values.get(name)!
      const slice = slices.get(name)
      if (!slice) return [name, value]
      const result = tf.tidy(() => {
        const tensor = sliced(tf.tensor(value, shapes.get(name)), slice)
        return { shape: tensor.shape, values: tensor.dataSync<'float32'>().slice() }
      })
      expect(result.shape, name).toEqual([...shape])
      return [name, result.values]
    }),
  )
}
const unitNames = (n: number) => Array.from({ length: n }, (_, i) => String(i))

/** Two branches on a mix: `wide` (conv, batch norm) and `narrow` (pooling), after a stem. */
function mixed(): Graph {
  const b = graphBuilder([6, 6, 2], 'l')
  const stem = b.within('stem').conv(b.input, { channels: 3, kernel: 3 })
  const wide = b.within('wide').batchNorm(b.within('wide').conv(stem, { channels: 3, kernel: 3 }))
  const narrow = b.within('narrow').avgPool(stem, { kernel: 3 })
  const only = b.within('only').conv(stem, { channels: 3, kernel: 1 })
  const y = b.node('mix', [wide, narrow, only], { group: 'g', members: ['wide', 'narrow', 'only'] })
  b.output('task', b.dense(b.globalAvgPool(y), 4))
  return b.graph()
}

describe('keepMembers of a mix', () => {
  it('keeps the function exactly where the removed gates are 0', () => {
    const graph = mixed()
    const parameters = randomValues(graph, random)
    const input = normals(random, 'x', 2 * 72)
    const before = outputOf(graph, 'task', { input, parameters, gates: { g: [0.3, 0, 0.7] } })
    const changed = keepMembers(graph, 'g', new Set(['wide', 'only']))
    const after = outputOf(changed.graph, 'task', { input, parameters, gates: { g: [0.3, 0.7] } })
    expect(after).toEqual(before)
    expect(changed.slices.size).toBe(0)
  })

  it('removes the other branches’ nodes and parameters, and nothing that is shared', () => {
    const { graph } = keepMembers(mixed(), 'g', new Set(['narrow']))
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      'input',
      'stem/conv',
      'narrow/avg-pool',
      'mix',
      'global-avg-pool',
      'dense',
    ])
    expect(parametersOf(graph).map(({ name }) => name)).toEqual([
      'stem/conv:kernel',
      'dense:kernel',
      'dense:bias',
    ])
    expect(graph.nodes.find(({ id }) => id === 'mix')!.attrs.members).toEqual(['narrow'])
  })

  it('leaves the old graph as it was, and other groups too', () => {
    const graph = mixed()
    const text = JSON.stringify(graph)
    expect(keepMembers(graph, 'other', new Set(['wide'])).graph).toEqual(graph)
    keepMembers(graph, 'g', new Set(['wide']))
    expect(JSON.stringify(graph)).toBe(text)
  })
})

/** Batch norm and ReLU6 behind a node. */
const activated = (b: GraphBuilder, x: string) => b.activation(b.batchNorm(x), 'relu6')

/** input → make → gates → read, with a name for each node. */
function gated(make: (b: GraphBuilder) => string, width: number, read: (b: GraphBuilder, x: string) => void) {
  return (input: number[]) => {
    const b = graphBuilder(input, 'l')
    const gate = b.within('gate').node('units', [make(b)], { group: 'g', members: unitNames(width) })
    read(b, gate)
    return b.graph()
  }
}

const networks: [string, number[], number, (input: number[]) => Graph][] = [
  [
    'dense units behind an activation',
    [4],
    5,
    gated(
      (b) => b.activation(b.within('make').dense(b.input, 5), 'tanh'),
      5,
      (b, x) => b.output('task', b.within('read').dense(x, 3)),
    ),
  ],
  [
    'units that a head and a decoder read',
    [4],
    5,
    gated(
      (b) => b.activation(b.within('make').dense(b.input, 5), 'sigmoid'),
      5,
      (b, x) => {
        b.output('code', x)
        b.output('task', b.within('head').dense(x, 3))
        b.output('reconstruction', b.within('decoder').dense(b.activation(x, 'relu'), 4))
      },
    ),
  ],
  [
    'channels of a convolution with batch norm',
    [5, 5, 2],
    4,
    gated(
      (b) =>
        b.activation(
          b.within('make').batchNorm(b.within('make').conv(b.input, { channels: 4, kernel: 3 })),
          'relu',
        ),
      4,
      (b, x) => {
        const conv = b.within('read').conv(x, { channels: 3, kernel: 3, stride: 2 })
        b.output('task', b.within('read').dense(b.globalAvgPool(conv), 2))
      },
    ),
  ],
  [
    'units behind constants, with an activation behind the gate',
    [4],
    5,
    gated(
      (b) => b.within('make').node('affine', [b.within('make').dense(b.input, 5)]),
      5,
      (b, x) => b.output('task', b.within('read').dense(b.activation(x, 'elu'), 3)),
    ),
  ],
]

networks.push(
  [
    'channels that a depthwise convolution filters before their gates',
    [6, 6, 2],
    5,
    gated(
      (b) => {
        const wide = activated(b, b.within('make').conv(b.input, { channels: 5, kernel: 1 }))
        return activated(b, b.within('make').depthwise(wide, { kernel: 3, stride: 2 }))
      },
      5,
      (b, x) =>
        b.output('task', b.dense(b.globalAvgPool(b.within('read').conv(x, { channels: 3, kernel: 1 })), 2)),
    ),
  ],
  [
    'channels behind whose gates stand pooling, a depthwise convolution and a flattening',
    [6, 4, 2],
    5,
    gated(
      (b) => activated(b, b.within('make').conv(b.input, { channels: 5, kernel: 3 })),
      5,
      (b, x) => {
        const pooled = b.avgPool(b.maxPool(x, { kernel: 3, stride: 2 }), { kernel: 3 })
        const filtered = b.activation(b.within('read').depthwise(pooled, { kernel: 3 }), 'swish')
        b.output('task', b.within('read').dense(b.flatten(b.upsample(filtered)), 3))
      },
    ),
  ],
  [
    'channels of a series that is flattened beside others',
    [7, 2],
    5,
    gated(
      (b) => activated(b, b.within('make').conv(b.input, { channels: 5, kernel: 3, dilation: 2 })),
      5,
      (b, x) => {
        const other = b.within('other').conv(b.input, { channels: 2, kernel: 1 })
        const both = b.concat([other, x, b.activation(x, 'tanh')])
        b.output('task', b.within('read').dense(b.flatten(both), 3))
        b.output('reconstruction', b.within('decoder').dense(b.globalAvgPool(x), 14))
      },
    ),
  ],
  [
    'units of several activations of one dense layer, weighed before and after their gates',
    [4],
    5,
    gated(
      (b) => {
        const x = b.within('make').dense(b.input, 5)
        const ways = (['relu', 'tanh', 'gelu'] as const).map((name) => b.activation(x, name))
        return b.node('mix', ways, { group: 'above', members: ['relu', 'tanh', 'gelu'] })
      },
      5,
      (b, x) => {
        const ways = (['elu', 'swish'] as const).map((name) => b.activation(x, name))
        const sum = b.node('mix', ways, { group: 'below', members: ['elu', 'swish'] })
        b.output('task', b.within('read').dense(b.add([sum, b.dropout(x, 0.5)]), 3))
      },
    ),
  ],
  [
    'channels that two convolutions make together',
    [5, 5, 2],
    5,
    gated(
      (b) =>
        b.activation(
          b.add([
            b.batchNorm(b.within('make').conv(b.input, { channels: 5, kernel: 3 })),
            b.within('make').conv(b.input, { channels: 5, kernel: 1 }),
          ]),
          'relu',
        ),
      5,
      (b, x) => b.output('task', b.within('read').dense(b.globalAvgPool(x), 2)),
    ),
  ],
)

describe('keepMembers of units', () => {
  it.each(networks)(
    'keeps the function of %s where the removed gates are 0',
    (_name, shape, width, build) => {
      const graph = build(shape)
      const parameters = randomValues(graph, random)
      const input = normals(random, 'x', 3 * shape.reduce((a, b) => a * b))
      const gates = [0.7, 0, 1.9, 0, 0.4].slice(0, width)
      const choices = { above: [0.2, 0.5, 0.3], below: [0.6, 0.4] }
      const kept = gates.flatMap((gate, i) => (gate > 0 ? [i] : []))

      const changed = keepMembers(graph, 'g', new Set(kept.map(String)))
      const after = {
        input,
        parameters: cutValues(graph, changed, parameters),
        gates: { g: kept.map((i) => gates[i]!), ...choices },
      }
      for (const role of Object.keys(graph.outputs).filter((r) => r !== 'code')) {
        const before = outputOf(graph, role, { input, parameters, gates: { g: gates, ...choices } })
        expect(relativeError(outputOf(changed.graph, role, after), before), role).toBeLessThan(1e-6)
      }
    },
  )

  it('cuts the maker’s outputs and the readers’ inputs, and nothing else', () => {
    const graph = networks[1]![3]([4])
    const { graph: small, slices } = keepMembers(graph, 'g', new Set(['0', '3']))
    const size = new Map(parametersOf(small).map(({ name, shape }) => [name, shape.join('×')]))
    expect(Object.fromEntries(size)).toEqual({
      'make/dense:kernel': '4×2',
      'make/dense:bias': '2',
      'head/dense:kernel': '2×3',
      'head/dense:bias': '3',
      'decoder/dense:kernel': '2×4',
      'decoder/dense:bias': '4',
    })
    const indices = [0, 3]
    expect(Object.fromEntries(slices)).toEqual({
      'make/dense:kernel': [{ axis: 1, indices }],
      'make/dense:bias': [{ axis: 0, indices }],
      'head/dense:kernel': [{ axis: 0, indices }],
      'decoder/dense:kernel': [{ axis: 0, indices }],
    })
  })

  it('cuts one kernel on both sides where two groups meet', () => {
    const b = graphBuilder([4], 'l')
    const first = b.node('units', [b.within('a').dense(b.input, 4)], { group: 'a', members: unitNames(4) })
    const second = b.node('units', [b.within('b').dense(first, 3)], { group: 'b', members: unitNames(3) })
    b.output('task', b.within('c').dense(second, 2))
    const once = keepMembers(b.graph(), 'a', new Set(['1', '2']))
    const twice = keepMembers(once.graph, 'b', new Set(['0', '2']))
    expect(parametersOf(twice.graph).map(({ shape }) => shape.join('×'))).toEqual([
      '4×2',
      '2',
      '2×2',
      '2',
      '2×2',
      '2',
    ])
    expect(twice.slices.get('b/dense:kernel')).toEqual([{ axis: 1, indices: [0, 2] }])
  })

  it.each<[string, (b: GraphBuilder, units: string) => void, RegExp]>([
    [
      'another node reads the units before their gates',
      (b) => b.output('reconstruction', b.within('other').dense('activation', 2)),
      /gate\/units: units cannot be cut from activation, which other\/dense reads as well/,
    ],
    [
      'another node reads the maker itself',
      (b) => b.output('reconstruction', b.within('other').dense('make/dense', 2)),
      /cannot be cut from make\/dense, which other\/dense reads as well/,
    ],
    [
      'an output is the units before their gates',
      (b) => b.output('code', 'activation'),
      /cannot be cut from activation, which output code reads as well/,
    ],
    [
      'a node adds the gated units to something',
      (b, x) => b.output('reconstruction', b.within('sum').add([x, b.within('sum').dense(b.input, 5)])),
      /units cannot be cut through sum\/add \(add\)/,
    ],
    [
      'a node behind the gates makes something of 0',
      (b, x) => b.output('reconstruction', b.within('late').dense(b.within('late').batchNorm(x), 2)),
      /units cannot be cut through late\/batch-norm \(batch-norm\)/,
    ],
    [
      'only one summand has lost units',
      (b, x) =>
        b.output(
          'reconstruction',
          b.node('mix', [b.activation(x, 'tanh'), b.within('sum').dense(b.input, 5)], {
            group: 'h',
            members: ['a', 'b'],
          }),
        ),
      /units cannot be cut through mix \(mix\)/,
    ],
    [
      'they are reshaped',
      (b, x) => b.output('reconstruction', b.flatten(b.reshape(x, [5, 1]))),
      /units cannot be cut through reshape \(reshape\)/,
    ],
    [
      'other gates stand behind theirs',
      (b, x) =>
        b.output('reconstruction', b.dense(b.node('units', [x], { group: 'h', members: unitNames(5) }), 1)),
      /units cannot be cut through units \(units\)/,
    ],
    [
      'the units are the output',
      (b, x) => b.output('reconstruction', b.activation(x, 'tanh')),
      /units cannot be cut from output reconstruction, whose width is given/,
    ],
    [
      'a sigmoid stands behind the gates',
      (b, x) =>
        b.output('reconstruction', b.within('late').dense(b.within('late').activation(x, 'sigmoid'), 2)),
      /units cannot be cut through late\/activation \(activation\)/,
    ],
  ])('refuses where %s', (_what, more, message) => {
    const graph = gated(
      (b) => b.activation(b.within('make').dense(b.input, 5), 'relu'),
      5,
      (b, x) => {
        b.output('task', b.within('read').dense(x, 3))
        more(b, x)
      },
    )([4])
    expect(() => keepMembers(graph, 'g', new Set(['0']))).toThrow(message)
  })

  it('cuts the expanded channels of a block on all three of its kernels', () => {
    const graph = networks.find(([name]) => name.startsWith('channels that a depthwise'))![3]([6, 6, 2])
    const { graph: small } = keepMembers(graph, 'g', new Set(['1', '2', '4']))
    const size = new Map(parametersOf(small).map(({ name, shape }) => [name, shape.join('×')]))
    expect(['make/conv', 'make/depthwise', 'read/conv'].map((id) => size.get(`${id}:kernel`))).toEqual([
      '1×1×2×3',
      '3×3×3×1',
      '1×1×3×3',
    ])
    expect(size.get('batch-norm:scale')).toBe('3')
    expect(size.get('batch-norm-2:variance')).toBe('3')
  })

  it('cuts a dense kernel behind a flattening position by position', () => {
    const b = graphBuilder([2, 2], 'l')
    const x = b.node('units', [b.conv(b.input, { channels: 3, kernel: 1 })], {
      group: 'g',
      members: unitNames(3),
    })
    b.output('task', b.dense(b.flatten(x), 1))
    const { slices } = keepMembers(b.graph(), 'g', new Set(['0', '2']))
    expect(slices.get('dense:kernel')).toEqual([{ axis: 0, indices: [0, 2, 3, 5] }])
  })

  it('refuses to cut the network’s input', () => {
    const graph = gated(
      (b) => b.input,
      4,
      (b, x) => b.output('task', b.dense(x, 3)),
    )([4])
    expect(() => keepMembers(graph, 'g', new Set(['0']))).toThrow('units cannot be cut from input (input)')
  })
})

it('nodes that no output needs go, and with fewer roles more of them', () => {
  const b = graphBuilder([4], 'l')
  b.within('dead').dense(b.input, 2)
  b.output('task', b.within('head').dense(b.input, 2))
  b.output('reconstruction', b.within('decoder').dense(b.input, 4))
  const ids = (graph: Graph) => graph.nodes.map(({ id }) => id)
  expect(ids(withoutDeadNodes(b.graph()))).toEqual(['input', 'head/dense', 'decoder/dense'])
  expect(ids(withoutDeadNodes(b.graph(), ['task']))).toEqual(['input', 'head/dense'])
  expect(withoutDeadNodes(b.graph(), ['task']).outputs).toEqual({ task: 'head/dense' })
})
