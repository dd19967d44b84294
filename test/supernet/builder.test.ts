import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { costOf } from '../../src/nn/cost.js'
import { supernetBuilder } from '../../src/supernet/builder.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import { spaceNet, tinyCells, tinyMlp } from '../helpers/trials.js'

describe('the supernet builder', () => {
  const build = (operations: string[], keep = 1) => {
    const s = supernetBuilder([4, 4, 2], 'stem')
    const b = s.layer('cell')
    const edge = (name: string) =>
      s.mixedOperation(b, s.root.input, { name: `cell/${name}`, layer: 'cell', operations, channels: 2 })
    const node = s.node(b, { a: edge('a'), b: edge('b') }, { name: 'cell/node', layer: 'cell', keep })
    b.output('task', b.dense(b.globalAvgPool(node), 2))
    return s.finish({ space: 'test', options: {}, outputs: 2 })
  }

  it('makes one group for each edge and one for each node that chooses', () => {
    const { groups, layers } = build(['skip', 'conv-1x1', 'conv-3x3'])
    expect(layers).toEqual(['stem', 'cell'])
    expect(groups.map(({ name, kind, total, keep }) => ({ name, kind, total, keep }))).toEqual([
      { name: 'cell/a', kind: 'operations', total: 1, keep: { min: 1, max: 1 } },
      { name: 'cell/b', kind: 'operations', total: 1, keep: { min: 1, max: 1 } },
      { name: 'cell/node', kind: 'inputs', total: 1, keep: { min: 1, max: 1 } },
    ])
    expect(groups[0]!.members.map(({ name, parameterFree }) => [name, parameterFree])).toEqual([
      ['skip', true],
      ['conv-1x1', false],
      ['conv-3x3', false],
    ])
  })

  it('asks nothing where there is no choice', () => {
    expect(build(['conv-1x1'], 2).groups).toEqual([])
  })

  it('gives candidates that compete no trained scale, and a single one its scale', () => {
    const scales = (operations: string[]) =>
      build(operations)
        .graph.nodes.filter(({ kind }) => kind === 'batch-norm')
        .map(({ attrs }) => attrs.affine)
    expect(scales(['conv-1x1', 'conv-3x3'])).toEqual([false, false, false, false])
    expect(scales(['conv-1x1'])).toEqual([true, true])
  })

  it('refuses an operation that is not in the table', () => {
    expect(() => build(['conv-9x9', 'skip'])).toThrow('unknown operation: conv-9x9')
    expect(() => build(['conf-3x3', 'skip'])).toThrow('did you mean "conv-3x3"?; operations: none, skip')
  })

  it('refuses groups of nobody, numbers that no architecture has, and names that it does not know', () => {
    const s = supernetBuilder([4], 'stem')
    const b = s.layer('cell')
    const group = { name: 'cell/group', layer: 'cell' }
    const two = { a: b.input, b: b.dense(b.input, 4) }
    expect(() => s.choice(b, {}, group)).toThrow('cell/group: expected members to choose from, got none')
    expect(() => s.node(b, {}, { ...group, keep: 1 })).toThrow('cell/group: expected inputs to choose from')
    for (const [keep, got] of [
      [0, '0'],
      [undefined as never, 'nothing'],
      [{ min: 2, max: 1 }, '{"min":2,"max":1}'],
    ] as const)
      expect(() => s.node(b, two, { ...group, keep })).toThrow(
        `cell/group: expected keep, a number from 1 on or { min, max }, got ${got}`,
      )
    expect(() => s.choice(b, two, { ...group, layer: 'cel' })).toThrow(
      'cell/group: unknown layer cel; did you mean "cell"?; layers: stem, cell',
    )
    expect(() => b.activation(b.input, 'relo' as never)).toThrow(
      'cell/activation: unknown activation: relo; activations: relu, relu6',
    )
  })
})

describe('relaxations', () => {
  const [group] = tinyCells().groups

  it.each(['gates', 'softmax'] as const)(
    '%s draw the initial α from the stream of the group’s name',
    (name) => {
      const initial = (seed: number, groupName = group!.name) =>
        relaxations[name].initial({ ...group!, name: groupName }, randomSource(seed), 0.1)
      expect(initial(1)).toEqual(initial(1))
      expect(initial(1)).not.toEqual(initial(2))
      expect(initial(1)).not.toEqual(initial(1, 'another'))
    },
  )

  it('gates start positive and normalised, however large the noise', () => {
    for (let seed = 0; seed < 50; seed++) {
      const values = relaxations.gates.initial(group!, randomSource(seed), 5)
      expect(Math.min(...values)).toBeGreaterThan(0)
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(group!.total, 5)
    }
  })
})

describe('search spaces', () => {
  it('darts-cell: a supernet of the published form has the cost that a hand counts', () => {
    const net = spaceNet(
      'darts-cell',
      { cells: 1, channels: 4, nodes: 1, inputs: 2, reductions: [], operations: ['skip', 'conv-3x3'] },
      [6, 6, 1],
      3,
    )
    const stem = 9 * 4 + 2 * 4
    const preprocess = 2 * (4 * 4 + 2 * 4)
    const operations = 2 * (9 * 4 * 4)
    expect(costOf(net.graph)).toEqual({
      parameters: stem + preprocess + operations + 4 * 3 + 3,
      flops: 36 * 36 + 2 * 36 * 16 + 2 * 36 * 144 + 12,
      depth: 4,
    })
  })

  it('darts-cell: a reduction halves the image and doubles the channels', () => {
    const net = tinyCells({ nodes: 1 })
    const shapeOf = (layer: string) => net.graph.nodes.filter((n) => n.layer === layer).at(-1)!.shape
    expect([shapeOf('cell0'), shapeOf('cell1')]).toEqual([
      [6, 6, 2],
      [3, 3, 4],
    ])
  })

  it('autoencoder-mlp: layers run from the encoder to the head, then the decoder mirrors the encoder', () => {
    const net = tinyMlp({ encoder: [7, 6] })
    expect(net.layers).toEqual([
      'encoder/dense0',
      'encoder/dense1',
      'encoder/code',
      'head/dense0',
      'head/output',
      'decoder/dense0',
      'decoder/dense1',
      'decoder/output',
    ])
    const widths = net.graph.nodes.filter(({ kind }) => kind === 'dense').map(({ shape }) => shape[0])
    expect(widths).toEqual([7, 6, 4, 5, 1, 6, 7, 5])
  })
})
