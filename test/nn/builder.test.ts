import { describe, expect, it } from 'vitest'
import { graphBuilder } from '../../src/nn/builder.js'

describe('the graph builder', () => {
  it('names nodes by scope and kind, and numbers the second of a name', () => {
    const b = graphBuilder([4], 'first')
    const cell = b.within('cell0', 'cell0')
    const x = cell.dense(b.input, 3)
    const y = cell.within('edge').dense(x, 3)
    const z = cell.dense(y, 3)
    expect([x, y, z]).toEqual(['cell0/dense', 'cell0/edge/dense', 'cell0/dense-2'])
    expect(b.graph().nodes.map(({ layer }) => layer)).toEqual(['first', 'cell0', 'cell0', 'cell0'])
  })

  it('gives a node the same id whatever else the graph holds', () => {
    const build = (more: boolean) => {
      const b = graphBuilder([4, 4, 2], 'l')
      if (more) b.within('other').conv(b.input, { channels: 3, kernel: 3 })
      return b.within('edge').conv(b.input, { channels: 2, kernel: 1 })
    }
    expect(build(true)).toBe(build(false))
  })

  it('infers shapes', () => {
    const b = graphBuilder([7, 6, 2], 'l')
    const conv = b.conv(b.input, { channels: 5, kernel: 3, stride: 2 })
    expect(b.shapeOf(conv)).toEqual([4, 3, 5])
    expect(b.shapeOf(b.depthwise(b.input, { kernel: 3, dilation: 2 }))).toEqual([7, 6, 2])
    expect(b.shapeOf(b.maxPool(b.input, { kernel: 3, stride: 2 }))).toEqual([4, 3, 2])
    expect(b.shapeOf(b.concat([conv, conv]))).toEqual([4, 3, 10])
    expect(b.shapeOf(b.globalAvgPool(conv))).toEqual([5])
    expect(b.shapeOf(b.flatten(conv))).toEqual([60])
    expect(b.shapeOf(b.dense(b.flatten(conv), 9))).toEqual([9])
    expect(b.shapeOf(b.batchNorm(b.activation(conv, 'relu')))).toEqual([4, 3, 5])
  })

  it('infers shapes of series', () => {
    const b = graphBuilder([9, 2], 'l')
    const conv = b.conv(b.input, { channels: 5, kernel: 3, stride: 2, dilation: 4 })
    expect(b.shapeOf(conv)).toEqual([5, 5])
    expect(b.shapeOf(b.depthwise(conv, { kernel: 5 }))).toEqual([5, 5])
    expect(b.shapeOf(b.avgPool(conv, { kernel: 3, stride: 3 }))).toEqual([2, 5])
    expect(b.shapeOf(b.upsample(conv, { factor: 3 }))).toEqual([15, 5])
    expect(b.shapeOf(b.node('crop', [conv], { left: 1 }))).toEqual([4, 5])
    expect(b.shapeOf(b.noise(conv, { stride: 2 }))).toEqual([3, 5])
    expect(b.shapeOf(b.globalAvgPool(conv))).toEqual([5])
    expect(b.shapeOf(b.reshape(b.upsample(b.reshape(conv, [5, 1, 5])), [10, 10]))).toEqual([10, 10])
  })

  it('adds nothing for a sum or a concatenation of one', () => {
    const b = graphBuilder([4], 'l')
    expect(b.add([b.input])).toBe(b.input)
    expect(b.concat([b.input])).toBe(b.input)
    expect(b.graph().nodes).toHaveLength(1)
  })

  it('keeps outputs by role', () => {
    const b = graphBuilder([4], 'l')
    b.output('task', b.dense(b.input, 2))
    expect(b.graph().outputs).toEqual({ task: 'dense' })
  })

  const vector = graphBuilder([4], 'l')
  const image = graphBuilder([4, 4, 2], 'l')
  const series = graphBuilder([9, 2], 'l')
  const half = image.maxPool(image.input, { kernel: 3, stride: 2 })
  it.each([
    [
      'a dense layer on an image',
      () => image.dense(image.input, 2),
      'dense: dense expects a vector, got [4, 4, 2]',
    ],
    [
      'a convolution of a vector',
      () => vector.conv(vector.input, { channels: 2, kernel: 3 }),
      'conv: conv expects an image [H, W, C] or a series [T, C], got [4]',
    ],
    ['pooling a vector', () => vector.globalAvgPool(vector.input), /global-avg-pool expects an image/],
    [
      'a reshape to another number of values',
      () => image.reshape(image.input, [5, 6]),
      'reshape: reshape expects a shape of 32 values, as [4, 4, 2] has, got [5, 6]',
    ],
    [
      'a crop of a series by rows',
      () => series.node('crop', [series.input], { top: 1, left: 1 }),
      'crop: a series is cropped by left alone',
    ],
    [
      'a sum of unequal shapes',
      () => image.within('n').add([image.input, half]),
      'n/add: add needs equal shapes, got [4, 4, 2] and [2, 2, 2]',
    ],
    [
      'a concatenation of unequal sizes',
      () => image.concat([image.input, half]),
      /concat needs equal shapes/,
    ],
    [
      'a mix of unequal shapes',
      () => image.node('mix', [image.input, half], { group: 'g', members: ['a', 'b'] }),
      /mix needs equal shapes/,
    ],
    [
      'a number of unit gates that is not that of features',
      () => vector.node('units', [vector.input], { group: 'g', members: ['0', '1'] }),
      'units: units expect 2 features, got 4',
    ],
    ['an unknown kind', () => vector.node('warp', [vector.input]), 'warp: unknown primitive: warp'],
    ['an unknown input', () => vector.dense('nowhere', 2), 'dense: unknown node: nowhere'],
  ])('refuses %s', (_what, build, message) => {
    expect(build).toThrow(message)
  })
})
