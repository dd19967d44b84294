import { expected, InputError } from '../../../base/errors.js'
import { strongest } from '../../../supernet/prune.js'
import { keepable, type GateGroup } from '../../../supernet/types.js'
import type { Ranked, Rule, Seen } from './types.js'

/** A rule's ranking of a group. Throws unless it gives a worth for each member that may stay. */
export function rankedBy({ name: rule, rank }: Rule, group: GateGroup, seen: Seen): Ranked {
  const ranked = rank(group, seen) as Partial<Ranked> | undefined
  const path = `rule ${rule}: rank of ${group.name}`
  const { worth, most } = ranked ?? {}
  if (typeof worth !== 'object') throw expected(path, '{ worth }, a number for each member', worth)
  for (const { name } of keepable(group))
    if (typeof worth[name] !== 'number' || Number.isNaN(worth[name]))
      throw expected(path, `a number as the worth of ${name}`, worth[name])
  if (most !== undefined && !(most >= 0)) throw expected(path, 'most, how many may stay', most)
  return ranked as Ranked
}

/** The groups in a rule's order. Throws if the rule leaves out a group, which would stay undecided. */
export function orderedBy({ name: rule, order }: Rule, groups: readonly GateGroup[]): readonly GateGroup[] {
  const ordered = order(groups) as readonly GateGroup[] | undefined
  const missing = groups.find(({ name }) => !ordered?.some((each) => each.name === name))
  if (missing)
    throw new InputError(
      `rule ${rule}: order: expected all groups that it was given, ${missing.name} is missing`,
    )
  return ordered!
}

/** The members of a group that stay by their worth: at least as many as must, at most as many as may. */
export function keptBy(
  { worth, most = Infinity }: Ranked,
  group: GateGroup,
  { supernet }: Pick<Seen, 'supernet'>,
): string[] {
  const max = Math.max(group.keep.min, Math.min(group.keep.max, most))
  return strongest(supernet, { ...group, keep: { ...group.keep, max } }, worth)
}
