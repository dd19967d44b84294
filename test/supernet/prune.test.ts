import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { taskCost } from '../../src/supernet/cost.js'
import { randomSource } from '../../src/base/random.js'
import { SupernetModel } from '../../src/supernet/model.js'
import { unprunableParameters } from '../../src/supernet/cost-range.js'
import { choose, illegality, pruneGroup, restrictTo } from '../../src/supernet/prune.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { Supernet } from '../../src/supernet/types.js'
import { spaceNet, tinyCells, tinyMlp } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const groupNames = (net: Supernet) => net.groups.map(({ name }) => name)

/** Every legal architecture of a supernet, group by group; a group that vanished has no choice to make. */
function* legalOnes(net: Supernet, at = 0): Generator<Supernet> {
  const group = net.groups[at]
  if (!group) yield net
  else
    for (const kept of subsets(group.members.map((m) => m.name)))
      if (kept.length >= group.keep.min && kept.length <= group.keep.max) {
        const smaller = pruneGroup(net, group.name, kept).supernet
        yield* legalOnes(smaller, smaller.groups.findIndex((g) => g.name === group.name) + 1)
      }
}

const subsets = (names: string[]): string[][] =>
  names.reduce<string[][]>((all, name) => [...all, ...all.map((kept) => [...kept, name])], [[]])

describe.each<[string, Supernet]>([
  ['cells', tinyCells({ nodes: 3 })],
  ['widths', tinyMlp({ encoder: [6, 5], code: 4, head: [5] })],
  ['edges that may carry nothing', spaceNet('nas-bench-201', { channels: 2, cells: 1 }, [4, 4, 1], 2)],
  ['blocks', spaceNet('mlp-cell', { blocks: 3, width: 3, hidden: 6 }, [2], 1)],
  ['a chain', spaceNet('mobile-chain', {}, [8, 8, 1], 2)],
])('choosing for all groups of %s', (_, net) => {
  it('is pruning them one after the other', () => {
    const stream = randomSource(4).stream('choices')
    const choices = Object.fromEntries(
      net.groups.map(({ name, members, keep }) => {
        const order = [...stream.permutation(members.length)].map((i) => members[i]!)
        const carrying = order.filter(({ empty = false }) => !empty).slice(0, keep.min)
        return [name, members.filter((member) => carrying.includes(member)).map((member) => member.name)]
      }),
    )
    const inputsFirst = [...net.groups].sort(
      (a, b) => Number(b.kind === 'inputs') - Number(a.kind === 'inputs'),
    )
    const slices = new Map<string, unknown[]>()
    const one = inputsFirst.reduce((current, { name }) => {
      if (!current.groups.some((group) => group.name === name)) return current
      const next = pruneGroup(current, name, choices[name]!)
      for (const [key, cuts] of next.slices) slices.set(key, [...(slices.get(key) ?? []), ...cuts])
      return next.supernet
    }, net)
    const all = choose(net, choices)
    expect(all.supernet).toEqual(one)
    expect(byAxis(all.slices)).toEqual(
      byAxis(new Map([...slices].filter(([key]) => standsIn(all.supernet, key)))),
    )
  })
})

/** Cuts of two axes may come in any order. */
const byAxis = (slices: ReadonlyMap<string, readonly unknown[]>) =>
  new Map(
    [...slices]
      .map(([key, cuts]): [string, string[]] => [key, cuts.map((cut) => JSON.stringify(cut)).sort()])
      .sort(),
  )

const standsIn = ({ graph }: Supernet, parameter: string): boolean =>
  graph.nodes.some(({ id }) => parameter.startsWith(`${id}:`))

describe('pruning a group', () => {
  it('takes the groups of removed edges along', () => {
    const net = tinyCells()
    const { supernet } = pruneGroup(net, 'cell0/node3', ['2→3'])
    expect(groupNames(net)).toContain('cell0/0→3')
    expect(groupNames(supernet)).not.toContain('cell0/0→3')
    expect(groupNames(supernet)).not.toContain('cell0/1→3')
    expect(supernet.graph.nodes.some(({ id }) => id.startsWith('cell0/0→3'))).toBe(false)
    expect(net.groups.find(({ name }) => name === 'cell0/node3')!.members).toHaveLength(3)
  })

  it('refuses unknown groups and members, and fewer members than must stay', () => {
    const net = tinyMlp({ minUnits: 2 })
    expect(() => pruneGroup(net, 'head', ['0'])).toThrow(
      'unknown group: head; groups: encoder/dense0, encoder/code, head/dense0',
    )
    expect(() => pruneGroup(net, 'head/dense0', ['0', '77'])).toThrow(
      'head/dense0: unknown members among 0, 77',
    )
    expect(() => pruneGroup(net, 'head/dense0', ['0'])).toThrow('head/dense0: at least 2 members stay, got 1')
  })

  it('is legal once no group has more members than it may keep', () => {
    const net = tinyCells({ cells: 1, nodes: 1, inputs: 2, reductions: [] })
    expect(illegality(net)).toBe('cell0/0→2: 3 members are left, at most 1 are legal')
    const once = pruneGroup(net, 'cell0/0→2', ['skip']).supernet
    expect(illegality(once)).toBe('cell0/1→2: 3 members are left, at most 1 are legal')
    expect(illegality(pruneGroup(once, 'cell0/1→2', ['skip']).supernet)).toBeUndefined()
  })
})

describe('parameters that nothing can prune', () => {
  const spaces: [string, () => Supernet][] = [
    [
      'one cell, one node, three operations',
      () =>
        spaceNet(
          'darts-cell',
          {
            cells: 1,
            channels: 2,
            nodes: 1,
            inputs: 1,
            reductions: [],
            operations: ['conv-3x3', 'sep-conv-3x3', 'skip'],
          },
          [4, 4, 1],
          2,
        ),
    ],
    [
      'one cell, two nodes of one input',
      () =>
        spaceNet(
          'darts-cell',
          {
            cells: 1,
            channels: 2,
            nodes: 2,
            inputs: 1,
            reductions: [],
            operations: ['conv-3x3', 'conv-1x1'],
          },
          [4, 4, 1],
          2,
        ),
    ],
    [
      'a reduction, where even skip has weights',
      () =>
        spaceNet(
          'darts-cell',
          { cells: 1, channels: 2, nodes: 2, inputs: 2, reductions: [0], operations: ['conv-3x3', 'skip'] },
          [4, 4, 1],
          2,
        ),
    ],
    [
      'three cells of one node, where a cell can be passed by',
      () =>
        spaceNet(
          'darts-cell',
          {
            cells: 3,
            channels: 2,
            nodes: 1,
            inputs: 1,
            reductions: [1],
            operations: ['conv-1x1', 'max-pool-3x3'],
          },
          [4, 4, 1],
          2,
        ),
    ],
    [
      'units of dense layers',
      () => spaceNet('autoencoder-mlp', { encoder: [3], code: 3, head: [2], minUnits: 1 }, [3], 1),
    ],
  ]

  it.each(spaces)('are the fewest of all legal architectures: %s', (_name, build) => {
    const net = build()
    const all = [...legalOnes(net)]
    expect(all.length).toBeGreaterThan(2)
    expect(all.every((each) => illegality(each) === undefined)).toBe(true)
    expect(unprunableParameters(net)).toBe(Math.min(...all.map((each) => taskCost(each).parameters)))
  })
})

describe('a model', () => {
  const model = (net: Supernet) => new SupernetModel(net, relaxations.gates, randomSource(5))

  it('follows pruning with weights and α, and frees what went', () => {
    const m = model(tinyMlp())
    const newTensors = tensorCounter()
    const kernel = m.weights.values().get('head/dense0/dense:kernel')!
    const alpha = m.alphaValues().get('head/dense0')!
    m.prune('head/dense0', ['1', '4'])
    expect([...m.weights.values().get('head/dense0/dense:kernel')!]).toEqual(
      [0, 1, 2, 3].flatMap((row) => [kernel[row * 5 + 1], kernel[row * 5 + 4]]),
    )
    expect([...m.alphaValues().get('head/dense0')!]).toEqual([alpha[1], alpha[4]])
    expect(newTensors()).toBe(0)
    expect(m.origin.groups.find((g) => g.name === 'head/dense0')!.members).toHaveLength(5)
    m.dispose()
  })

  it('frees the α of groups that vanished', () => {
    const m = model(tinyCells())
    m.prune('cell0/node3', ['2→3'])
    expect([...m.alphaValues().keys()]).toEqual(groupNames(m.supernet))
    expect(() => m.alpha('cell0/0→3')).toThrow('unknown group: cell0/0→3')
    m.dispose()
  })

  it.each([
    [
      'cells',
      () => tinyCells(),
      { 'cell0/node3': ['2→3'], 'cell0/2→3': ['skip'], 'cell1/0→2': ['dil-conv-3x3'] },
    ],
    ['units', () => tinyMlp(), { 'encoder/code': ['1', '3'], 'head/dense0': ['0', '2', '4'] }],
  ] as [string, () => Supernet, Record<string, string[]>][])(
    'of %s: its architecture, written and read, restricts a new supernet to the same graph',
    (_name, build, kept) => {
      const m = model(build())
      for (const [group, members] of Object.entries(kept)) m.prune(group, members)
      const text = JSON.stringify(m.architecture())
      const architecture = JSON.parse(text) as ReturnType<typeof m.architecture>
      const rebuilt = restrictTo(build(), architecture).supernet
      expect(rebuilt.graph).toEqual(m.supernet.graph)
      expect(rebuilt.groups).toEqual(m.supernet.groups)
      for (const { name, of, kept: left } of architecture.groups) {
        expect(of).toBe(build().groups.find((g) => g.name === name)!.members.length)
        expect(left.every(({ gate }) => gate > 0)).toBe(true)
      }
      m.dispose()
    },
  )

  it('leaves units their weights when others go, and lets operations share what others had', () => {
    const [units, cells] = [model(tinyMlp({ code: 6 })), model(tinyCells())]
    const valuesOf = (m: SupernetModel, group: string) => m.gateValues()[group]!
    const before = { code: valuesOf(units, 'encoder/code'), edge: valuesOf(cells, 'cell0/0→2') }
    const without = tf.tidy(() => units.mixtureWithout('encoder/code', new Set(['1', '4'])).dataSync())
    units.prune('encoder/code', ['0', '2', '3', '5'])
    cells.prune('cell0/0→2', ['skip', 'dil-conv-3x3'])
    const after = valuesOf(units, 'encoder/code')
    for (const unit of ['0', '2', '3', '5']) {
      expect(after[unit]).toBeCloseTo(before.code[unit]!, 6)
      expect(without[Number(unit)]).toBeCloseTo(before.code[unit]!, 6)
    }
    const { skip, 'dil-conv-3x3': conv } = valuesOf(cells, 'cell0/0→2')
    expect(skip! + conv!).toBeCloseTo(1, 6)
    expect(skip! / conv!).toBeCloseTo(before.edge.skip! / before.edge['dil-conv-3x3']!, 5)
    units.dispose()
    cells.dispose()
  })

  it('restores members, weights and α of another model of the same space', () => {
    const [a, b] = [model(tinyCells()), new SupernetModel(tinyCells(), relaxations.gates, randomSource(6))]
    a.prune('cell0/node3', ['2→3'])
    a.prune('cell1/0→2', ['skip', 'dil-conv-3x3'])
    const members = Object.fromEntries(a.supernet.groups.map((g) => [g.name, g.members.map((m) => m.name)]))
    b.restore(members, a.weights.values(), a.alphaValues(), {})
    expect(b.supernet.graph).toEqual(a.supernet.graph)
    expect(b.weights.values()).toEqual(a.weights.values())
    expect(b.alphaValues()).toEqual(a.alphaValues())
    a.dispose()
    b.dispose()
  })
})
