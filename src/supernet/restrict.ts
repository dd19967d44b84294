import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import { canPrune, pruneGroup } from './prune.js'
import { keepable, type GateGroup, type Supernet } from './types.js'

/** One entry of `config.supernet.restrict`: what some groups may choose from. */
export interface Restriction {
  /** Glob over gate groups. */
  readonly group: string
  /** The only members allowed, and those forbidden. Globs over member names. */
  readonly allow?: readonly string[]
  readonly forbid?: readonly string[]
}

/**
 * A supernet whose groups offer only what every restriction allows. Unknown names are an InputError.
 * `inherited` restrictions were written for a larger supernet, so those for groups that this one lacks are
 * ignored.
 */
export const restrict = (
  supernet: Supernet,
  restrictions: readonly Restriction[],
  place = 'config.supernet.restrict',
  inherited = false,
): Supernet =>
  restrictions.reduce(
    (left, each, index) =>
      inherited && matching(left, each).length === 0 ? left : restrictOnce(left, each, `${place}.${index}`),
    supernet,
  )

const matching = ({ groups }: Supernet, { group }: Restriction): GateGroup[] =>
  groups.filter(({ name }) => picomatch.isMatch(name, group))

function restrictOnce(supernet: Supernet, restriction: Restriction, path: string): Supernet {
  const { group, allow, forbid } = restriction
  const matched = matching(supernet, restriction)
  if (matched.length === 0)
    throw new InputError(
      `${path}.group: no group matches ${group}; groups: ${supernet.groups.map((g) => g.name).join(', ')}`,
    )
  const known = new Set(matched.flatMap((g) => g.members.map((m) => m.name)))
  for (const pattern of [...(allow ?? []), ...(forbid ?? [])])
    if (![...known].some((name) => picomatch.isMatch(name, pattern)))
      throw new InputError(`${path}: no member matches ${pattern}; members: ${[...known].join(', ')}`)

  return matched.reduce((current, { name }) => {
    const standing = current.groups.find((g) => g.name === name)
    if (!standing) return current
    const kept = standing.members
      .map((member) => member.name)
      .filter((member) => !allow || allow.some((pattern) => picomatch.isMatch(member, pattern)))
      .filter((member) => !forbid?.some((pattern) => picomatch.isMatch(member, pattern)))
    if (kept.length < standing.keep.min)
      throw new InputError(
        `${path}: ${name} needs at least ${standing.keep.min} of ${standing.members.map((m) => m.name).join(', ')}, ${kept.length} are allowed`,
      )
    if (!canPrune(current, name, kept))
      throw new InputError(`${path}: with only ${kept.join(', ')} on ${name} nothing reaches the output`)
    return kept.length === standing.members.length ? current : narrowed(current, name, kept)
  }, supernet)
}

/**
 * A supernet whose groups offer only what another search left, by group. Groups that the other search did not
 * have are not changed, nor are those that would keep too few members.
 */
export function restrictToLeft(
  supernet: Supernet,
  left: Readonly<Record<string, readonly string[]>>,
): Supernet {
  return supernet.groups.reduce((current, { name }) => {
    const standing = current.groups.find((group) => group.name === name)
    if (!standing || !left[name]) return current
    const leftMembers = new Set(left[name])
    const kept = standing.members.map((member) => member.name).filter((member) => leftMembers.has(member))
    const enough =
      keepable(standing).filter((member) => leftMembers.has(member.name)).length >= standing.keep.min
    return enough && kept.length < standing.members.length && canPrune(current, name, kept)
      ? narrowed(current, name, kept)
      : current
  }, supernet)
}

/**
 * A supernet whose choices of operations may keep up to `most` members, and whose nodes may keep all of their
 * inputs.
 */
export const keepingMore = (supernet: Supernet, most: number): Supernet => ({
  ...supernet,
  groups: supernet.groups.map((group) => {
    const max = {
      operations: Math.max(most, group.keep.max),
      inputs: group.members.length,
      units: group.keep.max,
    }
    return { ...group, keep: { ...group.keep, max: Math.min(max[group.kind], group.members.length) } }
  }),
})

/** Prunes a group before the search begins. Units that were never there have no share in its total. */
function narrowed(supernet: Supernet, name: string, kept: readonly string[]): Supernet {
  const { supernet: pruned } = pruneGroup(supernet, name, kept)
  const groups = pruned.groups.map((group) =>
    group.name === name && group.kind === 'units' ? { ...group, total: kept.length } : group,
  )
  return { ...pruned, groups }
}
