import { describe, expect, it } from 'vitest'
import { graphBuilder, type GraphBuilder } from '../../src/nn/builder.js'
import { costOf, parametersOf } from '../../src/nn/cost.js'
import { operationOf } from '../../src/supernet/operations/index.js'

/** A network, and its cost counted by hand. */
const networks: [
  string,
  number[],
  (b: GraphBuilder) => string,
  { parameters: number; flops: number; depth: number },
][] = [
  [
    'dense 10 → 8 → 3',
    [10],
    (b) => b.dense(b.activation(b.dense(b.input, 8), 'relu'), 3),
    { parameters: 10 * 8 + 8 + 8 * 3 + 3, flops: 10 * 8 + 8 * 3, depth: 2 },
  ],
  [
    'a 3×3 convolution with stride 2 on 7×6, batch norm, global pooling, dense',
    [7, 6, 2],
    (b) => b.dense(b.globalAvgPool(b.batchNorm(b.conv(b.input, { channels: 5, kernel: 3, stride: 2 }))), 4),
    { parameters: 9 * 2 * 5 + 2 * 5 + 5 * 4 + 4, flops: 4 * 3 * 5 * 9 * 2 + 5 * 4, depth: 2 },
  ],
  [
    'a dilated separable convolution, batch norm without scale',
    [8, 8, 4],
    (b) =>
      b.batchNorm(b.conv(b.depthwise(b.input, { kernel: 5, dilation: 2 }), { channels: 6, kernel: 1 }), {
        affine: false,
      }),
    { parameters: 25 * 4 + 4 * 6, flops: 64 * 4 * 25 + 64 * 6 * 4, depth: 2 },
  ],
  [
    'pooling, which costs nothing as the tables count',
    [8, 8, 4],
    (b) => b.avgPool(b.maxPool(b.input, { kernel: 3, stride: 2 }), { kernel: 3 }),
    { parameters: 0, flops: 0, depth: 0 },
  ],
  [
    'convolutions of a series of 9 steps, the first with stride and dilation',
    [9, 2],
    (b) => b.depthwise(b.conv(b.input, { channels: 4, kernel: 3, stride: 2, dilation: 2 }), { kernel: 5 }),
    { parameters: 3 * 2 * 4 + 5 * 4, flops: 5 * 4 * 3 * 2 + 5 * 4 * 5, depth: 2 },
  ],
  [
    'what upsamples, reshapes, drops and makes noise, which costs nothing',
    [8, 8, 4],
    (b) => b.noise(b.dropout(b.dropPath(b.reshape(b.upsample(b.input), [256, 4]), 0.2), 0.5)),
    { parameters: 0, flops: 0, depth: 0 },
  ],
  [
    'an inverted residual block: 24 channels, expanded by 6, kernel 5, on 8×8',
    [8, 8, 24],
    (b) => operationOf('mb-conv-5x5-e6')!.build!(b, b.input, { channels: 24, stride: 1, affine: true }),
    {
      parameters: 24 * 144 + 2 * 144 + 25 * 144 + 2 * 144 + 144 * 24 + 2 * 24,
      flops: 64 * (24 * 144 + 25 * 144 + 144 * 24),
      depth: 3,
    },
  ],
  [
    'two branches, the longer of which makes the depth',
    [6],
    (b) => b.add([b.dense(b.input, 6), b.dense(b.dense(b.input, 2), 6)]),
    { parameters: 42 + 14 + 18, flops: 36 + 12 + 12, depth: 2 },
  ],
]

describe('the cost', () => {
  it.each(networks)('of %s is what a count by hand gives', (_name, shape, build, cost) => {
    const b = graphBuilder(shape, 'l')
    b.output('task', build(b))
    expect(costOf(b.graph())).toEqual(cost)
  })

  it('counts neither gates nor moving averages', () => {
    const b = graphBuilder([4, 4, 3], 'l')
    const norm = b.batchNorm(b.input)
    b.output('task', b.node('mix', [norm, b.input], { group: 'g', members: ['a', 'b'] }))
    expect(costOf(b.graph())).toEqual({ parameters: 6, flops: 0, depth: 0 })
    expect(parametersOf(b.graph()).map(({ name, role }) => `${name} ${role}`)).toEqual([
      'batch-norm:scale weight',
      'batch-norm:offset weight',
      'batch-norm:mean statistic',
      'batch-norm:variance statistic',
    ])
  })

  it('names parameters by node and lists the layer of each', () => {
    const b = graphBuilder([4], 'in')
    const hidden = b.within('a', 'a').dense(b.input, 3)
    b.within('b', 'b').dense(hidden, 2)
    expect(parametersOf(b.graph()).map(({ name, layer, shape }) => [name, layer, [...shape]])).toEqual([
      ['a/dense:kernel', 'a', [4, 3]],
      ['a/dense:bias', 'a', [3]],
      ['b/dense:kernel', 'b', [3, 2]],
      ['b/dense:bias', 'b', [2]],
    ])
  })
})
