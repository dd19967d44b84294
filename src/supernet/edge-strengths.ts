import { keepable, type GateGroup, type Supernet } from './types.js'

/**
 * The values by which DARTS's rule `top-2` (arXiv:1806.09055, §2.4) ranks members of a group: an operation by
 * its own weight, an edge by the weight of its strongest operation, `none` excluded.
 */
export function edgeStrengths(
  supernet: Supernet,
  group: GateGroup,
  weights: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Readonly<Record<string, number>> {
  const memberWeights = weights[group.name]!
  if (group.kind !== 'inputs') return memberWeights
  const place = group.name.slice(0, group.name.lastIndexOf('/') + 1)
  return Object.fromEntries(
    group.members.map(({ name }) => {
      const edge = supernet.groups.find((other) => other.name === `${place}${name}`)
      const operations = edge && weights[edge.name]
      if (!operations) return [name, memberWeights[name]!]
      return [name, Math.max(...keepable(edge).map((member) => operations[member.name] ?? 0))]
    }),
  )
}
