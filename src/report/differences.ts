import type { Architecture, ArchitectureGroup } from '../supernet/types.js'

/** How `other` differs from `reference`, of the same supernet: one line per group whose members differ. */
export function differencesFrom(reference: Architecture, other: Architecture): string[] {
  const names = [...new Set([...reference.groups, ...other.groups].map(({ name }) => name))]
  return names.flatMap((name) => {
    const [before, after] = [reference, other].map(({ groups }) =>
      groups.find((group) => group.name === name),
    )
    const [gone, come] = [lacking(before, after), lacking(after, before)]
    if (gone.length + come.length === 0) return []
    if ((before ?? after)!.kind === 'units') {
      const [were, are] = [before, after].map((group) => group?.kept.length ?? 0)
      return [`${name}: ${are} units, not ${were}${are === were ? '; others' : ''}`]
    }
    const parts = [
      come.length > 0 && `with ${come.join(', ')}`,
      gone.length > 0 && `without ${gone.join(', ')}`,
    ]
    return [`${name}: ${parts.filter((part) => part !== false).join(', ')}`]
  })
}

/** The members that a group keeps and another one does not. */
function lacking(group: ArchitectureGroup | undefined, other: ArchitectureGroup | undefined): string[] {
  const kept = new Set(other?.kept.map(({ member }) => member))
  return (group?.kept ?? []).map(({ member }) => member).filter((member) => !kept.has(member))
}
