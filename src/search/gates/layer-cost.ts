import * as tf from '@tensorflow/tfjs-core'
import { distribution, wanted } from '../../objective/terms/each-group.js'
import type { LayerGates } from '../../objective/terms/types.js'
import type { ExpectedCosts, LayerCost } from '../../schedule/observed.js'
import { taskCost } from '../../supernet/cost.js'
import { costTree } from '../../supernet/member-cost.js'
import type { SupernetModel } from '../../supernet/model.js'
import { keepable, type GateGroup, type Supernet, type Latency } from '../../supernet/types.js'
import type { MemberMetric } from '../../supernet/types.js'
import { layerGates } from './layer-gates.js'
import { averageMember, memberCosts, sumOfMembers, type MemberCostOf } from './member-costs.js'

/** The share of each member of a group that counts, given the group's distribution p = g / Σg. */
type Shares = (p: tf.Tensor1D, group: GateGroup) => tf.Tensor1D

/**
 * Counts 1 / Σp² members in all: all of them if their gates are equal, one if it has everything. An undecided
 * group therefore costs as much as it still computes.
 */
export const effective: Shares = (p) => tf.div(p, tf.sum(tf.square(p)))

/**
 * For a choice, the probability of each member times the number wanted. For units, the effective number,
 * since each of them is a choice of its own.
 */
export const expectedShares: Shares = (p, group) =>
  group.kind === 'units' ? effective(p, group) : tf.mul(p, wanted(group))

/**
 * Σ_groups Σ_m cost(m) · share(m) · Π min(1, share(every member that contains the group)). Differentiable. A
 * scalar 0 for a layer without gates.
 */
export function layerCost(layer: LayerGates, costOf: MemberCostOf, shares: Shares): tf.Scalar {
  const shareOf = (name: string): tf.Tensor1D => {
    const group = layer.supernet.groups.find((each) => each.name === name)!
    return shares(distribution(layer.mixture(name)), group)
  }
  const reached = (name: string): tf.Scalar | undefined => {
    const above = layer.costs().above(name)
    if (!above) return undefined
    const place = tf.tensor1d(Array.from({ length: above.of }, (_, i) => Number(i === above.place)))
    const share = tf.minimum<tf.Scalar>(1, tf.sum(tf.mul(shareOf(above.group), place)))
    const further = reached(above.group)
    return further ? tf.mul(share, further) : share
  }
  return layer.groups
    .map((group) => {
      const costs = tf.tensor1d(group.members.map(({ name }) => costOf(group, name)))
      const cost = tf.sum<tf.Scalar>(tf.mul(shareOf(group.name), costs))
      const reach = reached(group.name)
      return reach ? tf.mul<tf.Scalar>(cost, reach) : cost
    })
    .reduce<tf.Scalar>((sum, each) => tf.add(sum, each), tf.scalar(0))
}

/** The part of the expected costs that depends only on the supernet. */
interface Standing {
  readonly fixed: number
  /**
   * Weights between two layers of units belong to the units of both, so costs are scaled to their true total.
   */
  readonly scale: number
  readonly least: ReadonlyMap<string, number>
}

const standing = new WeakMap<Supernet, Map<MemberMetric, Standing>>()

/** The expected costs of a model's layers at its current gates. */
export function expectedCosts(
  model: SupernetModel,
  metric: MemberMetric,
  latency: Latency | undefined,
): ExpectedCosts {
  const { supernet } = model
  const costOf = memberCosts(supernet, metric, latency)
  const known = standing.get(supernet) ?? new Map<MemberMetric, Standing>()
  standing.set(supernet, known)
  const constants = known.get(metric) ?? standingOf(model, metric, latency)
  known.set(metric, constants)
  const { fixed, scale, least } = constants
  const layers = [...least].map(([layer, cheapest]): LayerCost => {
    const value = tf.tidy(
      () => layerCost(layerGates(model, layer, latency), costOf, expectedShares).dataSync()[0]!,
    )
    return { layer, expected: scale * value, least: cheapest }
  })
  return { fixed, layers, unit: averageMember(model.origin, metric, latency) }
}

function standingOf(model: SupernetModel, metric: MemberMetric, latency: Latency | undefined): Standing {
  const { supernet } = model
  const costOf = memberCosts(supernet, metric, latency)
  const sum = sumOfMembers(supernet, costOf)
  const whole = metric === 'latency' ? sum : taskCost(supernet)[metric]
  const fixed = Math.max(0, whole - sum)
  const scale = sum > 0 ? (whole - fixed) / sum : 0
  const cheapest = cheapestGates(supernet, costOf)
  const least = [...new Set(supernet.groups.map(({ layer }) => layer))].map((layer) => {
    const mixture = (group: string) => tf.tensor1d(cheapest.get(group)!)
    const gates = { ...layerGates(model, layer, latency), mixture }
    return [layer, scale * tf.tidy(() => layerCost(gates, costOf, expectedShares).dataSync()[0]!)] as const
  })
  return { fixed, scale, least: new Map(least) }
}

/** The gates at which each group keeps the cheapest members that it may, including the groups inside them. */
function cheapestGates(supernet: Supernet, costOf: MemberCostOf): Map<string, number[]> {
  const tree = costTree(supernet)
  const gates = new Map<string, number[]>()
  const costs = new Map<string, number>()
  const within = (group: string, member: string): number =>
    supernet.groups.reduce((sum, { name }) => {
      const above = tree.above(name)
      return above?.group === group && above.member === member ? sum + leastOf(name) : sum
    }, 0)
  const leastOf = (name: string): number => {
    const known = costs.get(name)
    if (known !== undefined) return known
    const group = supernet.groups.find((each) => each.name === name)!
    const priced = keepable(group)
      .map((member) => ({ name: member.name, cost: costOf(group, member.name) + within(name, member.name) }))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, group.keep.min)
    const kept = new Set(priced.map((member) => member.name))
    gates.set(
      name,
      group.members.map((member) => Number(kept.has(member.name))),
    )
    const cost = priced.reduce((sum, member) => sum + member.cost, 0)
    costs.set(name, cost)
    return cost
  }
  for (const { name } of supernet.groups) leastOf(name)
  return gates
}
