import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'

/** Describes what is left of a supernet as an architecture, with the weights of its members. */
export function architectureOf(
  { space, options, input, outputs, groups: all }: Supernet,
  left: Supernet,
  weights: GateWeights,
): Architecture {
  const sizes = new Map(all.map(({ name, members }) => [name, members.length]))
  const groups = left.groups.map(({ name, layer, kind, members }) => ({
    name,
    layer,
    kind,
    kept: members.map((member) => ({ member: member.name, gate: weights[name]?.[member.name] ?? 0 })),
    of: sizes.get(name)!,
  }))
  return { format: 'sentei-architecture/1', space, options, input, outputs, groups }
}
