import type { SupernetModel } from '../supernet/model.js'
import type { Supernet } from '../supernet/types.js'

/** The share of members that are gone, by layer with gates. Members of vanished groups count as gone. */
export function sparsityByLayer(supernet: Supernet, origin: Supernet): Record<string, number> {
  const count = (net: Supernet, layer: string) =>
    net.groups.filter((g) => g.layer === layer).reduce((sum, g) => sum + g.members.length, 0)
  const layers = [...new Set(origin.groups.map((group) => group.layer))]
  return Object.fromEntries(layers.map((layer) => [layer, 1 - count(supernet, layer) / count(origin, layer)]))
}

/** The mean entropy of the groups' mixture weights by layer, as a share of its largest value. */
export function entropyByLayer(model: SupernetModel): Record<string, number> {
  const values = model.gateValues()
  const byLayer = new Map<string, number[]>()
  for (const { name, layer, members } of model.supernet.groups) {
    if (members.length < 2) continue
    const weights = Object.values(values[name]!)
    const total = weights.reduce((a, b) => a + b, 0)
    const entropy = weights.reduce((sum, g) => sum - (g > 0 ? (g / total) * Math.log(g / total) : 0), 0)
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), entropy / Math.log(members.length)])
  }
  return Object.fromEntries(
    [...byLayer].map(([layer, all]) => [layer, all.reduce((a, b) => a + b, 0) / all.length]),
  )
}
