import type { GateGroup, Supernet, GateWeights } from './types.js'

/** The share of removed members, by layer with gates. Members of removed groups count as removed. */
export function sparsityByLayer(supernet: Supernet, origin: Supernet): Record<string, number> {
  const count = (net: Supernet, layer: string) =>
    net.groups.filter((g) => g.layer === layer).reduce((sum, g) => sum + g.members.length, 0)
  const layers = [...new Set(origin.groups.map((group) => group.layer))]
  return Object.fromEntries(layers.map((layer) => [layer, 1 - count(supernet, layer) / count(origin, layer)]))
}

/** The mean entropy of the groups' mixture weights by layer, as a share of its largest value. */
export function entropyByLayer(groups: readonly GateGroup[], weights: GateWeights): Record<string, number> {
  const byLayer = new Map<string, number[]>()
  for (const { name, layer, members } of groups)
    if (members.length > 1)
      byLayer.set(layer, [...(byLayer.get(layer) ?? []), shareOfEntropy(weights[name]!)])
  return Object.fromEntries(
    [...byLayer].map(([layer, all]) => [layer, all.reduce((a, b) => a + b, 0) / all.length]),
  )
}

/**
 * −Σ p log p / log M of one group's weights, each divided by their sum: 1 if all are equal, 0 if one has
 * everything.
 */
export function shareOfEntropy(weights: Readonly<Record<string, number>>): number {
  const values = Object.values(weights)
  const total = values.reduce((a, b) => a + b, 0)
  const entropy = values.reduce((sum, g) => sum - (g > 0 ? (g / total) * Math.log(g / total) : 0), 0)
  return entropy / Math.log(values.length)
}

/** The even share of a group's members: what each would have if all were equal. */
export function meanWeight(weights: Readonly<Record<string, number>>): number {
  const values = Object.values(weights)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
