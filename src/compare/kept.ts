import { isWidth, type Architecture, type Supernet } from '../supernet/types.js'
import type { Kept } from './types.js'

/** What an architecture kept of a supernet. */
export const keptIn = ({ groups }: Pick<Supernet, 'groups'>, architecture: Architecture): Kept =>
  Object.fromEntries(
    groups.map((group) => {
      const kept = architecture.groups.find(({ name }) => name === group.name)?.kept ?? []
      // Which unit stays hangs on the random initial weights, and says nothing.
      const countable = isWidth(group) && group.kind === 'units'
      return [group.name, countable ? kept.length : kept.map(({ member }) => member)]
    }),
  )

/**
 * How alike two architectures are: the Jaccard index of what they kept, the size of the intersection by that
 * of the union. Of units, that is the smaller number by the larger one. 1 if both kept nothing.
 */
export function jaccardIndex(a: Kept, b: Kept): number {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  const counts = names.map((name) => shared(a[name] ?? [], b[name] ?? []))
  const sum = (key: 'both' | 'either') => counts.reduce((total, each) => total + each[key], 0)
  return sum('either') === 0 ? 1 : sum('both') / sum('either')
}

function shared(a: Kept[string], b: Kept[string]): { both: number; either: number } {
  if (typeof a === 'number' || typeof b === 'number') {
    const [x, y] = [a, b].map((each) => (typeof each === 'number' ? each : each.length)) as [number, number]
    return { both: Math.min(x, y), either: Math.max(x, y) }
  }
  const both = a.filter((each) => b.includes(each)).length
  return { both, either: a.length + b.length - both }
}

/** The mean agreement of all pairs; null for fewer than two architectures. */
export function meanAgreement(kept: readonly Kept[]): number | null {
  const pairs = kept.flatMap((a, i) => kept.slice(i + 1).map((b) => jaccardIndex(a, b)))
  return pairs.length === 0 ? null : pairs.reduce((sum, each) => sum + each, 0) / pairs.length
}
