import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { costOf } from '../../src/nn/cost.js'
import type { ByGroup, Term } from '../../src/objective/terms/types.js'
import { terms } from '../../src/registry.js'
import { layerGates } from '../../src/search/gates/layer-gates.js'
import { averageMember } from '../../src/search/gates/member-costs.js'
import { costTree } from '../../src/supernet/member-cost.js'
import { SupernetModel } from '../../src/supernet/model.js'
import { pruneGroup } from '../../src/supernet/prune.js'
import { relaxations, type RelaxationName } from '../../src/supernet/relaxations/index.js'
import type { Relaxation } from '../../src/supernet/relaxations/types.js'
import type { GateGroup, Supernet } from '../../src/supernet/types.js'
import { smoothGateGradients } from '../../src/train/update.js'
import {
  depthOfOperation,
  gateLayer,
  lostWith,
  mixtures,
  numbersOf,
  shares,
  total,
  valueOf,
  type GateNumbers,
} from '../helpers/gates.js'
import { normals } from '../helpers/networks.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'
import { spaceNet, tinyCells, tinyMlp } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const cells = tinyCells({ inputs: 2, nodes: 2, operations: ['skip', 'max-pool-3x3', 'dil-conv-3x3', 'none'] })
const supernets: [string, Supernet, string][] = [
  ['a cell', cells, 'cell0'],
  ['a reduction cell', cells, 'cell1'],
  ['units', tinyMlp(), 'head/dense0'],
]

const each =
  (of: (g: readonly number[], group: GateGroup, numbers: GateNumbers) => number) => (numbers: GateNumbers) =>
    total(numbers.groups.map((group) => of(numbers.mixture(group.name), group, numbers)))

/** The node's group and the member that an edge's operations stand in, by their names alone. */
function nodeOf({ supernet }: GateNumbers, edge: string): [GateGroup, number] | undefined {
  const [cell, member] = edge.split('/') as [string, string]
  const node = supernet.groups.find(({ name }) => name === `${cell}/node${member.split('→')[1]}`)
  return node && [node, node.members.findIndex(({ name }) => name === member)]
}

/** How many of a member are expected to be left. */
const expected = (numbers: GateNumbers, group: GateGroup, place: number): number =>
  shares(numbers.mixture(group.name))[place]! * group.total

const cost =
  (of: (supernet: Supernet, group: GateGroup, member: string) => number) => (numbers: GateNumbers) =>
    total(
      numbers.groups.flatMap((group) => {
        if (group.kind === 'inputs') return []
        const node = group.kind === 'operations' ? nodeOf(numbers, group.name) : undefined
        const reached = node ? expected(numbers, ...node) : 1
        return group.members.map(
          ({ name }, place) => of(numbers.supernet, group, name) * expected(numbers, group, place) * reached,
        )
      }),
    )

/** Depth along a cell, state by state; the states' names are what edges say. */
function depthOfCell(numbers: GateNumbers): number {
  const [first] = numbers.groups
  if (first!.kind === 'units') return 1
  const cell = first!.layer
  const states = [1, 1]
  for (const to of [2, 3]) {
    const node = numbers.groups.find(({ name }) => name === `${cell}/node${to}`)
    const inputs = states.map((before, from) => {
      const edge = numbers.groups.find(({ name }) => name === `${cell}/${from}→${to}`)!
      const p = shares(numbers.mixture(edge.name))
      const deep = edge.members.map(({ name, empty }) =>
        empty ? 0 : before + depthOfOperation(numbers.supernet, edge.name, name),
      )
      const weight = node ? Math.min(1, expected(numbers, node, from)) : 1
      return weight * total(deep.map((d, m) => d * p[m]!))
    })
    states.push(Math.max(...inputs))
  }
  return Math.max(...states.slice(2))
}

/** What every term must be, written out in float64: a new term gets a line here. */
/** The same over what a member of the whole supernet costs on average. */
function inAverageMembers(
  metric: 'parameters' | 'flops' | 'latency',
  costOf: Parameters<typeof cost>[0],
): ReturnType<typeof cost> {
  return (numbers) => {
    const { supernet } = numbers
    const all = supernet.groups.flatMap(({ name: group, members }) =>
      members.map(({ name }) =>
        metric === 'latency' ? name.length / 10 : costTree(supernet).of(group, name)[metric],
      ),
    )
    return (cost(costOf)(numbers) * all.length) / total(all)
  }
}

const formulas: Record<string, (numbers: GateNumbers) => number> = {
  l1: each((g) => total(g.map(Math.abs))),
  l2: each((g) => total(g.map((v) => ((v - total(g) / g.length) ** 2 * g.length) / total(g))) / 2),
  'group-lasso': ({ groups, mixture }) => {
    const squares = new Map<string, number>()
    for (const { name, kind, members } of groups)
      members.forEach((member, i) => {
        const own = kind === 'units' ? `${name} ${member.name}` : member.name.split('→')[0]!
        squares.set(`${kind} ${own}`, (squares.get(`${kind} ${own}`) ?? 0) + mixture(name)[i]! ** 2)
      })
    return total([...squares.values()].map(Math.sqrt))
  },
  entropy: each((g) => -total(shares(g).map((p) => (p > 0 ? p * Math.log(p) : 0)))),
  hoyer: each((g) => total(g) / Math.hypot(...g)),
  'log-sum-exp': each((_, { name, members }, { alpha }) => {
    const mean = total(alpha(name)) / members.length
    return Math.log(total(alpha(name).map((a) => Math.exp(a - mean))))
  }),
  'zero-one': each((g) => total(g.map((v) => v * (1 - v)))),
  'skip-share': each((g, { members }) => total(shares(g).filter((_, i) => members[i]!.parameterFree))),
  parameters: inAverageMembers('parameters', (net, group, member) =>
    lostWith(net, group, member, 'parameters'),
  ),
  flops: inAverageMembers('flops', (net, group, member) => lostWith(net, group, member, 'flops')),
  latency: inAverageMembers('latency', (_, { kind }, member) => (kind === 'inputs' ? 0 : member.length / 10)),
  depth: depthOfCell,
}

const ofGates = terms.filter(({ gates }) => gates).map((term): [string, Term] => [term.name, term])

it('every term on gates has a formula to be held against', () => {
  expect(ofGates.map(([name]) => name).sort()).toEqual(Object.keys(formulas).sort())
})

describe.each(ofGates)('%s on gates', (name, { gates: action }) => {
  const formula = formulas[name]!
  // Inputs have no time of their own in these formulas, though the helper's table gives them one.
  const nets = name === 'latency' ? supernets.slice(2) : supernets
  const fitting = Object.values<Relaxation>(relaxations).filter(
    (relaxation) => !action!.refuses?.(relaxation),
  )

  it.each(fitting.flatMap((r) => nets.map(([what, net, layer]) => [what, r, net, layer] as const)))(
    'has the value of its formula and the gradient of finite differences on %s under relaxation $1.name',
    (_what, relaxation, net, layer) => {
      const { model, gates, numbers } = gateLayer(net, relaxation, layer)
      const wanted = formula(numbers())
      expect(Math.abs(valueOf(() => action!.value(gates)) - wanted)).toBeLessThanOrEqual(
        1e-5 * Math.abs(wanted),
      )
      if (!action!.proximal) {
        const groups = gates.groups.map((group) => group.name)
        const alphas = new Map([...model.alphaValues()].map(([group, a]) => [group, [...a]]))
        const found = smoothGateGradients(gates, groups, [
          { term: terms.find((t) => t.name === name)!, lambda: 2 },
        ])
        const [got, want]: [number[], number[]] = [[], []]
        for (const group of groups) {
          const alpha = model.alphaValues().get(group)!
          const at = (a: Float32Array) => formula(numbers(new Map([...alphas, [group, [...a]]])))
          // Where a gate is 0 for good, what a term would do to it counts nothing, and may be without end.
          const moves = [...alpha].map((value) => Number(relaxation.name !== 'gates' || value > 0))
          want.push(...[...numericGradient(at, alpha, 1e-4)].map((v, i) => 2 * v * moves[i]!))
          got.push(...[...(found.get(group)?.dataSync() ?? alpha.map(() => 0))].map((v, i) => v * moves[i]!))
        }
        if (Math.hypot(...want) > 1e-6) expect(relativeError(got, want)).toBeLessThan(2e-3)
        else expect(Math.hypot(...got)).toBeLessThan(1e-5)
        tf.dispose([...found.values()])
      }
      model.dispose()
    },
  )

  it('is finite, with a finite gradient, where gates are 0', () => {
    const { model, gates } = gateLayer(cells, fitting[0]!, 'cell0')
    for (const group of gates.groups)
      model.setAlpha(group.name, tf.tensor1d(group.members.map((_, i) => (i === 1 ? 1 : 0))))
    expect(Number.isFinite(valueOf(() => action!.value(gates)))).toBe(true)
    const found = smoothGateGradients(
      gates,
      gates.groups.map((group) => group.name),
      [{ term: terms.find((t) => t.name === name)!, lambda: 1 }],
    )
    for (const gradient of found.values()) expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true)
    tf.dispose([...found.values()])
    model.dispose()
  })

  it('cannot be met by rescaling alone: raw gates times a factor, logits plus a summand, change nothing', () => {
    for (const relaxation of fitting) {
      // Under sigmoid every change of α changes the function, so there is no free direction.
      if (relaxation.name === 'sigmoid') continue
      const { model, gates } = gateLayer(cells, relaxation, 'cell0')
      const before = valueOf(() => action!.value(gates))
      for (const { name: group } of cells.groups) {
        const moved =
          relaxation.name === 'gates' ? tf.mul(model.alpha(group), 7.3) : tf.add(model.alpha(group), 1.5)
        model.setAlpha(group, moved as tf.Tensor1D)
      }
      expect(Math.abs(valueOf(() => action!.value(gates)) / before - 1)).toBeLessThan(1e-5)
      model.dispose()
    }
  })

  // Of those allowed where weights have a scale, only zero-one sees it, as published: 0 is one of its two goals.
  if (!action!.refuses?.(relaxations.sigmoid) && name !== 'zero-one')
    it('does not change when all mixture weights are made smaller together', () => {
      const { model, gates } = gateLayer(cells, relaxations.sigmoid, 'cell0')
      const smaller = { ...gates, mixture: (group: string) => tf.mul<tf.Tensor1D>(gates.mixture(group), 0.3) }
      const [all, less] = [gates, smaller].map((layer) => valueOf(() => action!.value(layer)))
      expect(Math.abs(less! / all! - 1)).toBeLessThan(1e-5)
      model.dispose()
    })

  if (action!.proximal)
    it.each([0, 0.03, 0.2, 3])(
      'its proximal operator minimises ½‖v − z‖² + %f R(v) over v ≥ 0',
      (strength) => {
        const { groups, numbers, model } = (({ gates, ...rest }) => ({ ...rest, groups: gates.groups }))(
          gateLayer(cells, relaxations.gates, 'cell0'),
        )
        const at = numbers()
        const z = new Map(
          groups.map(({ name: group, members }) => [
            group,
            [...normals(randomSource(4), group, members.length)],
          ]),
        )
        const objective = (v: ReadonlyMap<string, readonly number[]>) =>
          total(
            [...z].map(([group, from]) => total(from.map((value, i) => (v.get(group)![i]! - value) ** 2))),
          ) /
            2 +
          strength * formula({ ...at, mixture: (group) => v.get(group)! })
        const got = new Map<string, number[]>()
        tf.tidy(() => {
          const tensors: ByGroup = new Map([...z].map(([group, values]) => [group, tf.tensor1d(values)]))
          const found = action!.proximal!(tensors, () => tf.scalar(strength), groups)
          for (const [group, values] of found) got.set(group, [...values.dataSync()])
        })
        // A convex function: no step from its minimum, along an axis or at random, within v ≥ 0, goes down.
        const least = objective(got)
        for (const [group, values] of got) {
          expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
          values.forEach((value, i) => {
            for (const by of [-0.3, -0.01, -0.001, 0.001, 0.01, 0.3]) {
              const moved = values.map((v, j) => (i === j ? Math.max(0, value + by) : v))
              expect(objective(new Map([...got, [group, moved]]))).toBeGreaterThanOrEqual(least - 1e-6)
            }
          })
        }
        for (let seed = 0; seed < 300; seed++) {
          const size = [1, 0.1, 0.01][seed % 3]!
          const moved = new Map(
            [...got].map(([group, values]) => {
              const by = normals(randomSource(seed), group, values.length)
              return [group, values.map((v, i) => Math.max(0, v + size * by[i]!))]
            }),
          )
          expect(objective(moved)).toBeGreaterThanOrEqual(least - 1e-6)
        }
        if (strength === 3) expect(total([...got.values()].map(total))).toBe(0)
        model.dispose()
      },
    )

  it('gives a reason for each relaxation that it refuses', () => {
    const reasons = Object.values(relaxations).map((relaxation) => action!.refuses?.(relaxation))
    const given = reasons.filter((reason) => reason !== undefined)
    for (const reason of given) expect(reason.length).toBeGreaterThan(20)
    expect(given.length).toBeLessThan(reasons.length)
  })

  it('acts by a proximal operator only where gates are stepped proximally', () => {
    if (action!.proximal)
      for (const relaxation of Object.values(relaxations))
        expect(Boolean(action!.refuses?.(relaxation))).toBe(relaxation.step !== 'proximal')
  })

  it('leaves no tensor behind', () => {
    const { model, gates } = gateLayer(cells, fitting[0]!, 'cell0')
    const newTensors = tensorCounter()
    const found = smoothGateGradients(
      gates,
      gates.groups.map((group) => group.name),
      [{ term: terms.find((t) => t.name === name)!, lambda: 1 }],
    )
    expect(newTensors()).toBe(found.size)
    tf.dispose([...found.values()])
    model.dispose()
  })
})

describe('expected costs', () => {
  it('are the real cost at a discrete architecture, in parameters, FLOPs and depth', () => {
    const layer = 'cell0'
    const chosen = pruneAll(cells, 2)
    const model = new SupernetModel(cells, relaxations.gates, randomSource(1))
    for (const { name, members } of cells.groups) {
      const kept = chosen.groups.find((group) => group.name === name)?.members.map((m) => m.name) ?? []
      model.setAlpha(name, tf.tensor1d(members.map((m) => Number(kept.includes(m.name)) || 1e-12)))
    }
    const gates = layerGates(model, layer, undefined)
    const value = (name: string) => valueOf(() => terms.find((t) => t.name === name)!.gates!.value(gates))
    const [all, without] = [chosen.graph, withoutEdges(chosen, layer)].map(costOf)
    expect(all!.parameters).toBeGreaterThan(without!.parameters)
    const unit = (metric: 'parameters' | 'flops') => averageMember(cells, metric, undefined)
    expect(value('parameters') * unit('parameters')).toBeCloseTo(all!.parameters - without!.parameters, 2)
    expect(value('flops') * unit('flops')).toBeCloseTo(all!.flops - without!.flops, 0)
    const own = chosen.graph.nodes.filter((node) => node.layer === layer)
    const ends = own.filter(({ id }) => !own.some(({ inputs }) => inputs.includes(id)))
    const outside = new Set(own.flatMap(({ inputs }) => inputs).filter((id) => !own.some((n) => n.id === id)))
    const fed = [...outside].map((id) => ({
      ...chosen.graph.nodes.find((n) => n.id === id)!,
      kind: 'input',
      inputs: [],
    }))
    const alone = { nodes: [...fed, ...own], outputs: Object.fromEntries(ends.map(({ id }) => [id, id])) }
    expect(value('depth')).toBeCloseTo(costOf(alone).depth, 5)
    model.dispose()
  })

  it('know which edge an operation stands in, and units which member', () => {
    const tree = costTree(cells)
    const edges = cells.groups.filter(({ kind }) => kind === 'operations')
    const above = edges.map(({ name }) => [name, tree.above(name)?.group, tree.above(name)?.member])
    expect(above).toContainEqual(['cell0/2→3', 'cell0/node3', '2→3'])
    // Node 2 keeps both of its two inputs, so it has no choice.
    expect(above).toContainEqual(['cell0/0→2', undefined, undefined])
    expect(tree.above('cell0/node3')).toBeUndefined()
  })

  it('follow pruning', () => {
    const net = tinyMlp()
    const [group] = net.groups
    const wide = costTree(net).of('encoder/code', '0').parameters
    const narrow = pruneGroup(
      net,
      group!.name,
      group!.members.slice(0, 2).map((m) => m.name),
    ).supernet
    // A unit of the code reads every unit before it.
    expect(wide - costTree(narrow).of('encoder/code', '0').parameters).toBe(group!.members.length - 2)
  })

  it('count a fixed part of an input once, beside what its own groups decide', () => {
    const net = spaceNet(
      'darts-cell',
      { cells: 1, channels: 2, nodes: 2, inputs: 1, reductions: [], operations: ['conv-1x1'] },
      [6, 6, 1],
      3,
    )
    // One candidate an edge has no gate: the edge's weights are the node's choice alone.
    const node = net.groups.find(({ name }) => name === 'cell0/node3')!
    for (const { name } of node.members)
      expect(costTree(net).of(node.name, name).parameters).toBe(lostWith(net, node, name, 'parameters'))
  })
})

/** The supernet with the last of each edge's operations that carry something, and the first inputs of each node. */
function pruneAll(net: Supernet, inputs: number): Supernet {
  return [...net.groups]
    .sort((a, b) => Number(b.kind === 'inputs') - Number(a.kind === 'inputs'))
    .reduce((current, { name }) => {
      const group = current.groups.find((g) => g.name === name)
      if (!group) return current
      const carrying = group.members.filter(({ empty }) => !empty).map((m) => m.name)
      return pruneGroup(
        current,
        name,
        group.kind === 'inputs' ? carrying.slice(0, inputs) : carrying.slice(-1),
      ).supernet
    }, net)
}

/** The graph with nothing on the edges of a layer: each carries its input on, whose cost is 0. */
function withoutEdges({ graph }: Supernet, layer: string) {
  const onEdge = ({ id }: { id: string }) => id.startsWith(`${layer}/`) && /→.*\//.test(id)
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      onEdge(node) ? { ...node, kind: 'activation', inputs: [node.id], attrs: { function: 'relu' } } : node,
    ),
    outputs: {},
  }
}

describe('relaxations', () => {
  it.each(Object.values(relaxations))('$name gives the mixture weights of its formula', (relaxation) => {
    const { model, gates } = gateLayer(cells, relaxation, 'cell0')
    for (const group of gates.groups) {
      const wanted = mixtures[relaxation.name as RelaxationName](
        [...model.alphaValues().get(group.name)!],
        group,
        model.temperature,
      )
      const got = numbersOf(() => gates.mixture(group.name))
      got.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5))
    }
    model.dispose()
  })
})
