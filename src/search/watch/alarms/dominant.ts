import type { GateGroup, Member, GateWeights } from '../../../supernet/types.js'
import type { Watched } from './types.js'

/** How many times its even share a member must have to count as dominant. */
const ahead = 1.5

/** The member that clearly leads a group, or the only one left; undefined if none does. */
export function dominantOf({ name, members }: GateGroup, weights: GateWeights): Member | undefined {
  if (members.length === 1) return members[0]
  const values = weights[name]!
  const total = members.reduce((sum, member) => sum + values[member.name]!, 0)
  const best = members.reduce((a, b) => (values[b.name]! > values[a.name]! ? b : a))
  return (values[best.name]! / total) * members.length >= ahead ? best : undefined
}

/**
 * The remaining edges, by the layer with which they are judged. Layers that began with fewer than `least`
 * edges are judged together, under null. Sets of fewer than `least` edges are left out, as they are not
 * conclusive.
 */
export function edgesByLayer(
  { groups, origin }: Pick<Watched, 'groups' | 'origin'>,
  least: number,
): Map<string | null, GateGroup[]> {
  const isEdge = ({ kind }: GateGroup) => kind === 'operations'
  const began = origin.filter(isEdge)
  const siteOf = ({ layer }: GateGroup) =>
    began.filter((edge) => edge.layer === layer).length >= least ? layer : null
  const byLayer = new Map<string | null, GateGroup[]>()
  for (const edge of groups.filter(isEdge)) {
    const site = siteOf(edge)
    byLayer.set(site, [...(byLayer.get(site) ?? []), edge])
  }
  for (const [site, edges] of byLayer) if (edges.length < least) byLayer.delete(site)
  return byLayer
}

/** `7 of 8`. */
export const outOf = (count: number, all: number): string => `${count} of ${all}`
