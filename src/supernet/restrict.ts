import picomatch from 'picomatch'
import { InputError } from '../base/errors.js'
import { canPrune, pruneGroup } from './prune.js'
import type { Supernet } from './types.js'

/** One line of `config.supernet.restrict`: what some groups may choose from. */
export interface Restriction {
  /** Glob over gate groups. */
  readonly group: string
  /** The only members allowed; or those forbidden. Globs over member names. */
  readonly allow?: readonly string[]
  readonly forbid?: readonly string[]
}

/** A supernet whose groups offer only what every restriction allows. Unknown names are refused. */
export function restrict(supernet: Supernet, restrictions: readonly Restriction[]): Supernet {
  return restrictions.reduce(restrictOnce, supernet)
}

function restrictOnce(supernet: Supernet, { group, allow, forbid }: Restriction, index: number): Supernet {
  const path = `config.supernet.restrict.${index}`
  const matched = supernet.groups.filter((g) => picomatch.isMatch(g.name, group))
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

/** Prunes a group before the search begins: units that were never there have no share in its total. */
function narrowed(supernet: Supernet, name: string, kept: readonly string[]): Supernet {
  const { supernet: pruned } = pruneGroup(supernet, name, kept)
  const groups = pruned.groups.map((group) =>
    group.name === name && group.kind === 'units' ? { ...group, total: kept.length } : group,
  )
  return { ...pruned, groups }
}
