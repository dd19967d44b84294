import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it, test } from 'vitest'
import { randomSource } from '../../../src/base/random.js'
import { costOf } from '../../../src/nn/cost.js'
import type { Graph } from '../../../src/nn/graph.js'
import { ParameterStore } from '../../../src/nn/parameter-store.js'
import { run } from '../../../src/nn/run.js'
import { randomArchitecture } from '../../../src/derive/random.js'
import { discretise, uniformGates } from '../../../src/derive/network.js'
import { spaces } from '../../../src/registry.js'
import { taskCost } from '../../../src/supernet/cost.js'
import { costTree } from '../../../src/supernet/member-cost.js'
import { pruneGroup } from '../../../src/supernet/prune.js'
import { keepable } from '../../../src/supernet/types.js'
import { build, instances, table, withoutLeaks } from './table.js'

test('the table has every registered space with every rank that it takes', () => {
  const wanted = spaces.flatMap(({ name, ranks }) => ranks.map((rank) => `${name} of rank ${rank}`))
  const listed = new Set(instances.map(({ space, input }) => `${space} of rank ${input.length}`))
  expect([...listed].sort()).toEqual(wanted.sort())
})

test('the table has shared and own α of every space that offers both', () => {
  const offers = spaces.filter(({ options }) => 'alpha' in (options.properties as object))
  const listed = (name: string) =>
    new Set(
      instances
        .filter(({ space }) => space === name)
        .map(({ options }) => 'alpha' in options && options.alpha),
    )
  // The family of RobustDARTS is built by one function, which the table has in both ways.
  const alone = offers.filter(({ name }) => !name.startsWith('darts-s'))
  expect(alone.length).toBeGreaterThan(2)
  expect(alone.filter(({ name }) => listed(name).size < 2)).toEqual([])
})

/** Numbers and multiply-adds of a graph, out of the arrays that it really has and makes. */
function counted({ nodes, outputs }: Graph): { parameters: number; flops: number } {
  const store = ParameterStore.of({ nodes, outputs }, randomSource(1))
  const trained = store.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const kernels = trained.filter((name) => name.endsWith(':kernel'))
  const makers = Object.fromEntries(kernels.map((name) => [name, name.slice(0, name.lastIndexOf(':'))]))
  const input = tf.zeros([1, ...nodes[0]!.shape])
  const made = run({ nodes, outputs: makers }, kernels, {
    input,
    training: false,
    parameter: (name) => store.get(name),
    mixture: (group) => {
      const { members } = nodes.find(({ attrs }) => attrs.group === group)!.attrs as { members: string[] }
      return tf.ones([members.length])
    },
    statistics: new Map(),
  })
  const flops = kernels.map((name) => {
    const positions = made[name]!.shape.slice(1, -1).reduce((product, n) => product * n, 1)
    return store.get(name).size * positions
  })
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const parameters = sum(trained.map((name) => store.get(name).size))
  store.dispose()
  tf.dispose([input, ...Object.values(made)])
  return { parameters, flops: sum(flops) }
}

describe.each(table)('%s', (_name, instance) => {
  const net = build(instance)

  it('has every node and group on a layer, every group in the graph, and every name once', () => {
    const gated = new Map(net.graph.nodes.flatMap(({ attrs }) => (attrs.group ? [[attrs.group, attrs]] : [])))
    expect(net.graph.nodes.every(({ layer }) => net.layers.includes(layer))).toBe(true)
    for (const names of [net.graph.nodes.map(({ id }) => id), net.groups.map((g) => g.name), net.layers])
      expect(new Set(names).size).toBe(names.length)
    expect([...gated.keys()].sort()).toEqual(net.groups.map((g) => g.name).sort())
    for (const { name, layer, members, keep, total } of net.groups) {
      expect(net.layers).toContain(layer)
      expect((gated.get(name) as { members: string[] }).members).toEqual(members.map((m) => m.name))
      expect(new Set(members.map((m) => m.name)).size).toBe(members.length)
      expect(keep.min).toBeGreaterThan(0)
      expect(keep.min).toBeLessThanOrEqual(keep.max)
      expect(keepable({ members, keep }).length).toBeGreaterThanOrEqual(keep.min)
      expect(members.length).toBeGreaterThan(keep.min)
      expect(total).toBe(keep.max)
    }
    expect(net.graph.nodes.find(({ id }) => id === net.graph.outputs.task)!.shape).toEqual([instance.outputs])
  })

  it('has its layers in the order of the network, and none that is empty', () => {
    const first = net.layers.map((layer) => net.graph.nodes.findIndex((node) => node.layer === layer))
    const own = first.filter((at) => at >= 0)
    expect(own).toEqual([...own].sort((a, b) => a - b))
    const gates = new Set(net.groups.map(({ layer }) => layer))
    expect(net.layers.filter((layer, k) => first[k]! < 0 && !gates.has(layer))).toEqual([])
  })

  it('costs what its arrays hold and do, as a supernet and as a network', async () => {
    await withoutLeaks(() => {
      const candidate = randomArchitecture(net, randomSource(3))!
      const { graph } = discretise(candidate, uniformGates(candidate), { gates: 'drop', affine: true })
      for (const each of [net.graph, graph]) expect(costOf(each)).toMatchObject(counted(each))
    })
  })

  it('knows how many weights go with each operation and each unit', () => {
    const costs = costTree(net)
    const choosing = net.groups.filter(({ kind }) => kind !== 'inputs')
    // Kinds of edges repeat: every third group will do.
    for (const { name, members } of choosing.filter((_, i) => i % 3 === 0))
      for (const member of members) {
        const others = members.map((m) => m.name).filter((m) => m !== member.name)
        const gone = taskCost(net).parameters - taskCost(pruneGroup(net, name, others).supernet).parameters
        expect(costs.of(name, member.name).parameters, `${name} ${member.name}`).toBe(gone)
      }
  })
})
