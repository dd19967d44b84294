import { dominantOf, outOf } from './dominant.js'
import type { Alarm } from './types.js'

/** Fewer edges than this can end with the same operation by chance. */
const leastEdges = 4

/**
 * Raised if one operation leads on more than `limit` of all edges that offer it. The search may then see only
 * its size.
 */
export const dominance: Alarm = {
  name: 'dominance',
  raised({ groups, weights }, { limit }) {
    const edges = groups.filter(({ kind }) => kind === 'operations')
    if (edges.length < leastEdges) return []
    const counts = new Map<string, number>()
    for (const edge of edges) {
      const leader = dominantOf(edge, weights)
      if (leader) counts.set(leader.name, (counts.get(leader.name) ?? 0) + 1)
    }
    return [...counts]
      .filter(([, count]) => count > limit * edges.length)
      .map(([name, count]) => ({
        layer: null,
        message: `${name} leads on ${outOf(count, edges.length)} edges`,
      }))
  },
}
