import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { randomSource, type RandomStream } from '../../../src/base/random.js'
import { costsByNode } from '../../../src/nn/cost.js'
import { keepMembers, withoutDeadNodes } from '../../../src/nn/transform.js'
import { terms } from '../../../src/registry.js'
import { expectedCosts } from '../../../src/search/gates/layer-cost.js'
import { layerGates } from '../../../src/search/gates/layer-gates.js'
import { averageMember, memberCosts, sumOfMembers } from '../../../src/search/gates/member-costs.js'
import { taskCost } from '../../../src/supernet/cost.js'
import { costTree } from '../../../src/supernet/member-cost.js'
import { SupernetModel } from '../../../src/supernet/model.js'
import { relaxations } from '../../../src/supernet/relaxations/index.js'
import type { RelaxationName } from '../../../src/supernet/relaxations/index.js'
import { keepable, type GateGroup, type Supernet } from '../../../src/supernet/types.js'
import { removeAtRandom } from './removals.js'

const metrics = ['parameters', 'flops'] as const
type Metric = (typeof metrics)[number]

/**
 * One random sequence of legal removals, down to a legal architecture: how groups lie in one another has an end all
 * the way; where it stops in the middle every term is finite, and with the gates decided the expected cost is that of
 * what the decision leaves; at the end it is the network's.
 */
export function tryRemovals(net: Supernet, relaxation: RelaxationName, seed: number): void {
  const stream = randomSource(seed).stream('removals')
  const model = new SupernetModel(net, relaxations[relaxation], randomSource(seed), 0.3)
  const middle = 1 + stream.integer(2 * net.groups.length)
  try {
    removeAtRandom(
      () => model.supernet,
      (group, kept) => model.prune(group, kept),
      stream,
      (removals) => {
        expectOrder(model.supernet)
        if (removals !== middle) return
        expectFinite(model)
        expectDecision(model, stream)
      },
    )
    expectFinite(model)
    expectCount(model)
  } finally {
    model.dispose()
  }
}

/** No group stands in itself, however far up one looks. */
function expectOrder(supernet: Supernet): void {
  const tree = costTree(supernet)
  for (const { name } of supernet.groups) {
    const seen = [name]
    for (let above = tree.above(name); above; above = tree.above(above.group)) {
      expect(seen, `what ${name} stands in`).not.toContain(above.group)
      seen.push(above.group)
    }
  }
}

function expectFinite(model: SupernetModel): void {
  const layers = [...new Set(model.supernet.groups.map(({ layer }) => layer))]
  for (const { name, gates } of terms) {
    if (!gates || gates.refuses?.(model.relaxation)) continue
    for (const layer of layers) {
      const value = tf.tidy(() => gates.value(layerGates(model, layer, () => 1)).dataSync()[0]!)
      expect(Number.isFinite(value), `${name} of ${layer}: ${value}`).toBe(true)
    }
  }
}

/** What terms and planners expect of a network in which nothing is left to decide is what it costs. */
function expectCount(model: SupernetModel): void {
  const { supernet } = model
  decide(model, (group) => group.members.map(({ name }) => name))
  const cost = taskCost(supernet)
  for (const metric of metrics) {
    const { fixed, layers } = expectedCosts(model, metric, undefined)
    expectClose(
      layers.reduce((sum, layer) => sum + layer.expected, fixed),
      cost[metric],
      metric,
    )
    expectClose(
      ofTerm(model, metric),
      sumOfMembers(supernet, memberCosts(supernet, metric, undefined)),
      metric,
    )
  }
}

/**
 * With the gates of one legal choice open and all others closed, it is what stays of the network when every member that
 * was not chosen goes. Where cells share α it may be more: a choice may cut off some of an edge's places and not others.
 */
function expectDecision(model: SupernetModel, stream: RandomStream): void {
  const { supernet } = model
  const chosen = new Map(supernet.groups.map((group) => [group.name, choiceOf(group, stream)]))
  decide(model, ({ name }) => chosen.get(name)!)
  const left = leftBy(supernet, chosen)
  for (const metric of metrics) {
    const fixed =
      taskCost(supernet)[metric] - sumOfMembers(supernet, memberCosts(supernet, metric, undefined))
    const expected = fixed + ofTerm(model, metric)
    if (isShared(supernet)) expect(expected, metric).toBeGreaterThanOrEqual(left[metric] * (1 - 1e-5))
    else expectClose(expected, left[metric], metric)
  }
}

/** Opens some gates of each group alike and closes the others. */
function decide(model: SupernetModel, chosen: (group: GateGroup) => readonly string[]): void {
  const [open, closed] = model.relaxation.step === 'proximal' ? [1, 0] : [20, -40]
  for (const group of model.supernet.groups) {
    const names = chosen(group)
    model.setAlpha(
      group.name,
      tf.tensor1d(group.members.map(({ name }) => (names.includes(name) ? open : closed))),
    )
  }
}

/** As many members as are wanted; units stay all, for only their removal is a decision. */
function choiceOf(group: GateGroup, stream: RandomStream): string[] {
  const names = keepable(group).map(({ name }) => name)
  return [...stream.permutation(names.length)].slice(0, group.keep.max).map((i) => names[i]!)
}

/** What the nodes cost that go with no member outside of a choice, each removal tried on the graph. */
function leftBy(supernet: Supernet, chosen: ReadonlyMap<string, readonly string[]>): Record<Metric, number> {
  const graph = withoutDeadNodes(supernet.graph, ['task'])
  const left = new Set(graph.nodes.map(({ id }) => id))
  for (const { name, members } of supernet.groups)
    for (const gone of members.filter((member) => !chosen.get(name)!.includes(member.name))) {
      const others = new Set(members.flatMap((member) => (member === gone ? [] : member.name)))
      const after = new Set(keepMembers(graph, name, others).graph.nodes.map(({ id }) => id))
      for (const { id } of graph.nodes) if (!after.has(id)) left.delete(id)
    }
  const costs = [...costsByNode(graph)].filter(([id]) => left.has(id))
  const sum = (metric: Metric) => costs.reduce((total, [, cost]) => total + cost[metric], 0)
  return { parameters: sum('parameters'), flops: sum('flops') }
}

const isShared = ({ graph, groups }: Supernet): boolean =>
  groups.some(({ name }) => graph.nodes.filter(({ attrs }) => attrs.group === name).length > 1)

/** A term's value over all layers, in whole units. */
function ofTerm(model: SupernetModel, metric: Metric): number {
  const { gates } = terms.find(({ name }) => name === metric)!
  const layers = [...new Set(model.supernet.groups.map(({ layer }) => layer))]
  return layers.reduce(
    (sum, layer) =>
      sum +
      averageMember(model.origin, metric, undefined) *
        tf.tidy(() => gates!.value(layerGates(model, layer, undefined)).dataSync()[0]!),
    0,
  )
}

const expectClose = (found: number, wanted: number, what: string): void =>
  expect(Math.abs(found - wanted) / Math.max(1, wanted), `${what}: ${found}, not ${wanted}`).toBeLessThan(
    1e-5,
  )
