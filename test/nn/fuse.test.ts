import { describe, expect, it } from 'vitest'
import { graphBuilder } from '../../src/nn/builder.js'
import { fuse } from '../../src/nn/fuse.js'
import type { Graph } from '../../src/nn/graph.js'
import { segmentsOf } from '../../src/nn/program.js'

const everything = (graph: Graph) => new Set(graph.nodes.map(({ id }) => id))
const fusedNodes = (graph: Graph, trained = everything(graph)) =>
  fuse(graph.nodes, new Set(Object.values(graph.outputs)), trained)

describe('fusing', () => {
  const chain = (affine: boolean, readTwice: boolean) => {
    const b = graphBuilder([4, 4, 2], 'l')
    const norm = b.batchNorm(b.input, { affine })
    const relu = b.activation(norm, 'relu')
    const y = b.depthwise(relu, { kernel: 3 })
    b.output('task', readTwice ? b.add([y, relu]) : y)
    return fusedNodes(b.graph()).map(({ kind, inputs }) => `${kind}(${inputs.join()})`)
  }

  it('takes in a batch norm that nobody else reads and that has no scale of its own', () => {
    expect(chain(false, false)).toEqual(['input()', 'activated-depthwise(input)'])
    expect(chain(true, false)).toEqual(['input()', 'batch-norm(input)', 'activated-depthwise(batch-norm)'])
  })

  it('leaves what others read', () => {
    expect(chain(false, true)).toEqual([
      'input()',
      'batch-norm(input)',
      'activation(batch-norm)',
      'activated-depthwise(batch-norm)',
      'add(depthwise,activation)',
    ])
  })

  it('goes before sharing: an activation that a depthwise convolution reads stays with it; outputs stay', () => {
    const b = graphBuilder([4, 4, 2], 'l')
    const edge = (name: string) => {
      const e = b.within(name)
      const pooled = e.avgPool(b.input, { kernel: 3 })
      const filtered = e.depthwise(e.activation(b.input, 'relu'), { kernel: 3 })
      return { pooled, sum: e.add([filtered, pooled]) }
    }
    const [first, second] = [edge('first'), edge('second')]
    b.output('task', b.add([first.sum, second.sum]))
    const ids = (taps: string[]) =>
      segmentsOf(b.graph(), { roles: ['task'], taps, trained: everything(b.graph()) })
        .flat()
        .filter(({ kind }) => kind !== 'input')
        .map(({ id, kind, inputs }) => `${id}: ${kind}(${inputs.join()})`)
    expect(ids([])).toEqual([
      'first/avg-pool: avg-pool(input)',
      'first/depthwise: activated-depthwise(input)',
      'first/add: add(first/depthwise,first/avg-pool)',
      'second/depthwise: activated-depthwise(input)',
      'second/add: add(second/depthwise,first/avg-pool)',
      'add: add(first/add,second/add)',
    ])
    expect(ids([second.pooled])).toContain('second/avg-pool: avg-pool(input)')
  })

  /** Twice ReLU → depthwise → pointwise → batch norm, into a mix with the input. */
  const twice = (tapped: boolean) => {
    const b = graphBuilder([4, 4, 2], 'l')
    const stage = (x: string) => {
      const inner = b.depthwise(b.activation(x, 'relu'), { kernel: 3 })
      return b.batchNorm(b.conv(inner, { channels: 2, kernel: 1 }), { affine: false })
    }
    const end = stage(stage(b.input))
    b.output('task', b.node('mix', [end, b.input], { group: 'g', members: ['a', 'b'] }))
    if (tapped) b.output('other', 'conv')
    return b.graph()
  }

  it('makes one node of depthwise and pointwise, to which the batch norm behind it leaves its gradient', () => {
    const [, first, second, mix] = fusedNodes(twice(false))
    expect(first).toMatchObject({ id: 'conv', kind: 'separable', inputs: ['input'] })
    expect(first!.attrs).toMatchObject({ depthwise: 'depthwise', behind: 'batch-norm' })
    expect(first!.attrs.norm).toBeUndefined()
    expect(second!.attrs).toMatchObject({
      norm: 'batch-norm',
      left: ['batch-norm'],
      behind: second!.attrs.behind,
    })
    expect(mix!.attrs).toMatchObject({ norms: [second!.attrs.behind, ''], left: [second!.attrs.behind] })
  })

  it('keeps a gradient where somebody else reads what is before the batch norm', () => {
    const [, first, second] = fusedNodes(twice(true))
    expect(first!.attrs.behind).toBeUndefined()
    expect(second!.attrs).toMatchObject({ norm: 'batch-norm', left: [] })
  })

  /** A convolution and its batch norm, and their input, into a mix; `affine` is the norm's. */
  const plain = ({ affine = false, tapped = false } = {}) => {
    const b = graphBuilder([4, 4, 2], 'l')
    const conv = b.conv(b.activation(b.input, 'relu'), { channels: 2, kernel: 3 })
    const norm = b.batchNorm(conv, { affine })
    b.output('task', b.node('mix', [norm, b.input], { group: 'g', members: ['a', 'b'] }))
    if (tapped) b.output('other', conv)
    return b.graph()
  }

  it('leaves the gradient of a batch norm in a mix to the convolution before it', () => {
    const [, , conv, mix] = fusedNodes(plain())
    expect(conv).toMatchObject({ id: 'conv', kind: 'conv-norm', attrs: { behind: 'batch-norm', kernel: 3 } })
    expect(mix!.attrs).toMatchObject({ norms: ['batch-norm', ''], left: ['batch-norm'] })
  })

  it.each([{ affine: true }, { tapped: true }])('does not where the norm is %o', (what) => {
    expect(fusedNodes(plain(what)).map(({ kind }) => kind)).toContain('conv')
  })

  it('joins no two nodes of which one alone is trained', () => {
    const graph = twice(false)
    const trained = new Set([...everything(graph)].filter((id) => id !== 'depthwise'))
    expect(fusedNodes(graph, trained).map(({ kind }) => kind)).toEqual([
      'input',
      'activated-depthwise',
      'conv-norm',
      'separable',
      'normalised-mix',
    ])
  })
})
